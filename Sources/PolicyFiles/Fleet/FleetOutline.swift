import Fleet

/// What stands inside a domain, or at the top: each entry of the file read once, not yet repeated.
struct FleetOutline {
  /// What is inside.
  indirect enum Contents {
    case domains([DomainOutline])
    case nodes(NamePattern, NodeType)
  }

  var contents: Contents
  var totals: StatedTotals?
}

/// An entry of a list of domains: one domain, or several that are alike inside.
struct DomainOutline {
  let place: DocumentNode
  let level: DomainLevel
  let names: NamePattern
  /// Whether it stands under `names`, and so for as many domains as there are names.
  let isRepeated: Bool
  let attributes: DomainAttributes
  let inside: FleetOutline
}

/// How many nodes and accelerators the file says there are.
struct StatedTotals {
  let nodes: (place: DocumentNode, count: Int)?
  let accelerators: (place: DocumentNode, count: Int)?

  init(_ node: DocumentNode) throws(PolicyFileError) {
    let keys = try node.mapping(keys: ["nodes", "accelerators"])
    guard !keys.isEmpty else {
      throw node.error("no totals", fix: "add 'nodes: COUNT', 'accelerators: COUNT' or both")
    }
    nodes = try Self.count(keys["nodes"])
    accelerators = try Self.count(keys["accelerators"])
  }

  private static func count(
    _ node: DocumentNode?
  ) throws(PolicyFileError) -> (place: DocumentNode, count: Int)? {
    guard let node else { return nil }
    return (node, try node.number(in: 0...64_000_000))
  }

  /// Compares what is stated with what is there.
  func check(nodes: Int, accelerators: Int, of name: String) throws(PolicyFileError) {
    try Self.check(self.nodes, nodes, "node", of: name)
    try Self.check(self.accelerators, accelerators, "accelerator", of: name)
  }

  private static func check(
    _ stated: (place: DocumentNode, count: Int)?, _ count: Int, _ what: String, of name: String
  ) throws(PolicyFileError) {
    guard let stated, stated.count != count else { return }
    throw stated.place.error(
      "\(name) has \(count) \(what)\(count == 1 ? "" : "s"), not \(stated.count)",
      fix: "mend the total, or what is inside")
  }
}
