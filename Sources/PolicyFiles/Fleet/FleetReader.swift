import Fleet

/// Reads the entries of a fleet file into an outline.
struct FleetReader {
  private let types: [String: NodeType]

  init(types node: DocumentNode) throws(PolicyFileError) {
    var types: [String: NodeType] = [:]
    for entry in try node.mapping() {
      types[entry.key] = try NodeType(named: entry.key, reading: entry.value)
    }
    guard !types.isEmpty else { throw node.error("no node types", fix: "add at least one") }
    self.types = types
  }

  private static let levels: [(key: String, level: DomainLevel)] = [
    ("sites", .site), ("pods", .pod), ("leaves", .leaf), ("blocks", .block),
  ]

  private static func contentKeys(below level: DomainLevel?) -> [String] {
    levels.filter { inner in level.map { inner.level > $0 } ?? true }.map(\.key) + ["nodes"]
  }

  /// The keys that may stand in a domain of a level, beside its name, or at the top.
  static func keys(inside level: DomainLevel?) -> [String] {
    let attributes =
      switch level {
      case .site: ["country", "oversubscription"]
      case .pod: ["oversubscription", "rails"]
      case .leaf: ["oversubscription"]
      case .block, nil: [String]()
      }
    return contentKeys(below: level) + ["type", "totals"] + attributes
  }

  /// What is inside a domain, or at the top.
  ///
  /// - Parameter around: the levels of the domains around what is inside, widest first.
  func outline(
    of node: DocumentNode, _ keys: [String: DocumentNode], around: [DomainLevel],
    type inherited: NodeType?
  ) throws(PolicyFileError) -> FleetOutline {
    let totals = try keys["totals"].map(StatedTotals.init)
    let type = try keys["type"].map(nodeType) ?? inherited
    let choices = Self.contentKeys(below: around.last)
    let inside = choices.filter { keys[$0] != nil }
    guard inside.count == 1, let key = inside.first, let contents = keys[key] else {
      throw node.error(
        inside.isEmpty ? "nothing is inside" : "both '\(inside[0])' and '\(inside[1])' are inside",
        fix: "give just one of \(choices.joined(separator: ", "))")
    }
    guard let level = Self.levels.first(where: { $0.key == key })?.level else {
      guard let type else {
        throw contents.error("the nodes have no type", fix: "add 'type: NAME' here or around")
      }
      let names = try NamePattern(contents, around: around)
      return FleetOutline(contents: .nodes(names, type), totals: totals)
    }
    var domains: [DomainOutline] = []
    for entry in try contents.sequence() {
      domains.append(try domain(entry, level, around: around, type: type))
    }
    return FleetOutline(contents: .domains(domains), totals: totals)
  }

  private func domain(
    _ node: DocumentNode, _ level: DomainLevel, around: [DomainLevel], type: NodeType?
  ) throws(PolicyFileError) -> DomainOutline {
    let keys = try node.mapping(keys: ["name", "names"] + Self.keys(inside: level))
    let names: NamePattern
    switch (keys["name"], keys["names"]) {
    case (nil, nil): throw node.error("the \(level) has no name", fix: "add 'name: NAME'")
    case (.some, .some(let several)):
      throw several.error("both 'name' and 'names'", fix: "keep 'names' where there are several")
    case (.some(let one), nil):
      names = try NamePattern(one, around: around)
      guard !names.text.contains(where: { "[,".contains($0) }) else {
        throw one.error("'\(names.text)' is no single name", fix: "write 'names:' for several")
      }
    case (nil, .some(let several)): names = try NamePattern(several, around: around)
    }
    return DomainOutline(
      place: node, level: level, names: names, isRepeated: keys["names"] != nil,
      attributes: try attributes(keys),
      inside: try outline(of: node, keys, around: around + [level], type: type))
  }

  private func attributes(
    _ keys: [String: DocumentNode]
  ) throws(PolicyFileError) -> DomainAttributes {
    var attributes = DomainAttributes()
    if let node = keys["country"] {
      attributes.country = try node.text()
      let letters = attributes.country.utf8
      guard letters.count == 2, letters.allSatisfy({ $0 >= 0x41 && $0 <= 0x5A }) else {
        throw node.error(
          "'\(attributes.country)' is not a country's code",
          fix: "write its two capital letters, such as RO")
      }
    }
    if let node = keys["oversubscription"] { attributes.oversubscription = try node.ratio() }
    if let node = keys["rails"] { attributes.rails = try node.number(in: 1...64) }
    return attributes
  }

  private func nodeType(_ node: DocumentNode) throws(PolicyFileError) -> NodeType {
    let name = try node.text()
    if let type = types[name] { return type }
    let known = types.keys.sorted()
    throw node.error(
      "no node type is called '\(name)'",
      fix: known.nearest(to: name).map { "did you mean '\($0)'?" }
        ?? "add it to 'node-types', or use one of \(known.joined(separator: ", "))")
  }
}
