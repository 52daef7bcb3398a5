public import Fleet
import Units

/// A fleet file: YAML that names sites, pods, leaves, blocks and nodes, decoded into a `Topology`.
///
/// Any level may be left out. A domain holds domains of one lower level, or nodes:
/// ```yaml
/// fleet: two-leaves
/// node-types:
///   h100x8: {model: h100, accelerators: 8, cores: 96}
/// leaves:
///   - {name: l0, nodes: "n[00-31]", type: h100x8}
///   - {name: l1, nodes: "n[32-63]", type: h100x8}
/// ```
public enum FleetFile {
  /// Reads a fleet from a file's text.
  ///
  /// - Parameter file: what to call it in errors.
  /// - Throws: `PolicyFileError` with line and column of what it can't use.
  public static func decode(_ text: String, file: String) throws(PolicyFileError) -> Topology {
    let root = try DocumentNode.root(of: text, file: file)
    let keys = try root.mapping(keys: ["fleet", "node-types"] + Level.keys(below: nil))
    guard let name = keys["fleet"] else {
      throw root.error("the fleet has no name", fix: "add 'fleet: NAME'")
    }
    guard let typesNode = keys["node-types"] else {
      throw root.error("no node types", fix: "add 'node-types:' with at least one")
    }
    let types = try nodeTypes(typesNode)
    guard !types.isEmpty else {
      throw typesNode.error("no node types", fix: "add at least one")
    }
    var decoder = FleetDecoder(
      types: types, builder: TopologyBuilder(name: try name.text()))
    try decoder.decodeContents(of: root, keys, level: nil, type: nil)
    do {
      return try decoder.builder.build()
    } catch {
      throw root.error("\(error.what)", fix: error.fix)
    }
  }

  private static func nodeTypes(
    _ node: DocumentNode
  ) throws(PolicyFileError) -> [String: NodeType] {
    var types: [String: NodeType] = [:]
    for entry in try node.mapping() {
      let keys = try entry.value.mapping(keys: ["model", "accelerators", "cores"])
      var type = NodeType(name: entry.key, accelerators: 0)
      if let model = keys["model"] { type.acceleratorModel = try model.text() }
      if let count = keys["accelerators"] {
        type.accelerators = try count.number(in: 0...NodeType.mostAccelerators)
      }
      if let cores = keys["cores"] {
        type.host = HostShare(cores: try cores.number(in: 0...NodeType.mostCores))
      }
      types[entry.key] = type
    }
    return types
  }
}

/// The keys under which a domain's contents stand.
private enum Level {
  static let all: [(key: String, level: DomainLevel)] = [
    ("sites", .site), ("pods", .pod), ("leaves", .leaf), ("blocks", .block),
  ]

  static func keys(below level: DomainLevel?) -> [String] {
    all.filter { inner in level.map { inner.level > $0 } ?? true }.map(\.key) + ["nodes", "type"]
  }
}

private struct FleetDecoder {
  let types: [String: NodeType]
  var builder: TopologyBuilder

  mutating func decodeContents(
    of node: DocumentNode, _ keys: [String: DocumentNode], level: DomainLevel?,
    type inherited: NodeType?
  ) throws(PolicyFileError) {
    let type = try keys["type"].map(nodeType) ?? inherited
    let inside = Level.keys(below: level).filter { $0 != "type" && keys[$0] != nil }
    guard inside.count == 1, let key = inside.first, let contents = keys[key] else {
      let choices = Level.keys(below: level).filter { $0 != "type" }.joined(separator: ", ")
      throw node.error(
        inside.isEmpty ? "nothing is inside" : "both '\(inside[0])' and '\(inside[1])' are inside",
        fix: "give just one of \(choices)")
    }
    if key == "nodes" {
      try addNodes(contents, type: type)
      return
    }
    guard let inner = Level.all.first(where: { $0.key == key })?.level else {
      preconditionFailure("no level is called \(key)")
    }
    for domain in try contents.sequence() {
      let keys = try domain.mapping(keys: ["name"] + Level.keys(below: inner))
      guard let name = keys["name"] else {
        throw domain.error("the \(inner) has no name", fix: "add 'name: NAME'")
      }
      let text = try name.text()
      try check(at: name) { builder throws(TopologyError) in try builder.open(inner, text) }
      try decodeContents(of: domain, keys, level: inner, type: type)
      try check(at: domain) { builder throws(TopologyError) in try builder.close() }
    }
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

  private mutating func addNodes(
    _ node: DocumentNode, type: NodeType?
  ) throws(PolicyFileError) {
    guard let type else {
      throw node.error("the nodes have no type", fix: "add 'type: NAME' here or around")
    }
    let list: Hostlist
    do {
      list = try Hostlist(parsing: try node.text())
    } catch let error as HostlistError {
      throw node.error("\(error)", fix: "a hostlist looks like n[000-031]")
    } catch let error as PolicyFileError {
      throw error
    } catch {
      preconditionFailure("unexpected error \(error)")
    }
    try check(at: node) { builder throws(TopologyError) in
      try builder.addNodes(list.names, type: type)
    }
  }

  private mutating func check(
    at node: DocumentNode, _ change: (inout TopologyBuilder) throws(TopologyError) -> Void
  ) throws(PolicyFileError) {
    do {
      try change(&builder)
    } catch {
      throw node.error(error.what, fix: error.fix)
    }
  }
}
