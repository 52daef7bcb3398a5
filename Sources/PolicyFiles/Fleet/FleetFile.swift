public import Fleet

/// A fleet file: YAML that names sites, pods, leaves, blocks and nodes, decoded into a `Topology`.
///
/// Any level may be left out. A domain holds domains of one lower level, or nodes. What is regular
/// is written once: `names` stands for several domains that are alike inside, and `{leaf}` in a
/// name for the name of the leaf around.
/// ```yaml
/// fleet: two-leaves
/// node-types:
///   h100x8: {model: h100, accelerators: 8, cores: 96, memory: 2 TiB}
/// type: h100x8
/// leaves:
///   - {names: "l[0-1]", nodes: "{leaf}n[00-31]"}
/// ```
public enum FleetFile {
  /// Reads a fleet from a file's text.
  ///
  /// O(bytes + nodes), where the names are in order.
  ///
  /// - Parameter file: what to call it in errors.
  /// - Throws: `PolicyFileError` with line and column of what it can't use.
  public static func decode(_ text: String, file: String) throws(PolicyFileError) -> Topology {
    let root = try DocumentNode.root(of: text, file: file)
    let keys = try root.mapping(keys: ["fleet", "node-types"] + FleetReader.keys(inside: nil))
    guard let name = keys["fleet"] else {
      throw root.error("the fleet has no name", fix: "add 'fleet: NAME'")
    }
    guard let types = keys["node-types"] else {
      throw root.error("no node types", fix: "add 'node-types:' with at least one")
    }
    let reader = try FleetReader(types: types)
    let fleetName = try name.text()
    let outline = try reader.outline(of: root, keys, around: [], type: nil)
    var expansion = FleetExpansion(name: fleetName, root: root)
    try expansion.add(outline)
    return try expansion.topology(stated: outline.totals)
  }
}
