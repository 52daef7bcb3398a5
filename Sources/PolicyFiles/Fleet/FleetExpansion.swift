import Fleet
import Units

/// Builds a topology from an outline, each domain as often as it has names.
struct FleetExpansion {
  private let name: String
  private let root: DocumentNode
  private var builder: TopologyBuilder

  /// The names of the domains that are open, by the raw values of their levels.
  private var path = Array(repeating: "", count: DomainLevel.allCases.count)

  /// The entries that are open.
  private var around: [DomainOutline] = []

  /// Where nodes were named, what the pattern came to, and what was around.
  private var named: [(names: NamePattern, path: [String], around: [DomainOutline])] = []

  init(name: String, root: DocumentNode) {
    self.name = name
    self.root = root
    builder = TopologyBuilder(name: name)
  }

  /// Adds everything that an outline stands for.
  mutating func add(_ outline: FleetOutline) throws(PolicyFileError) {
    switch outline.contents {
    case .nodes(let names, let type):
      let list = try names.names(in: path)
      named.append((names, path, around))
      try check(at: names.place) { builder throws(TopologyError) in
        try builder.addNodes(list, type: type)
      }
    case .domains(let domains):
      for domain in domains {
        guard domain.isRepeated else {
          try add(domain, named: domain.names.text(in: path))
          continue
        }
        for name in try domain.names.names(in: path) { try add(domain, named: "\(name)") }
      }
    }
  }

  private mutating func add(
    _ domain: DomainOutline, named name: String
  ) throws(PolicyFileError) {
    let before = (nodes: builder.nodeCount, accelerators: builder.acceleratorCount)
    try check(at: domain.names.place) { builder throws(TopologyError) in
      try builder.open(domain.level, name, domain.attributes)
    }
    path[Int(domain.level.rawValue)] = name
    around.append(domain)
    try add(domain.inside)
    around.removeLast()
    try check(at: domain.place) { builder throws(TopologyError) in try builder.close() }
    try domain.inside.totals?.check(
      nodes: builder.nodeCount - before.nodes,
      accelerators: builder.acceleratorCount - before.accelerators,
      of: "\(domain.level) '\(name)'")
  }

  /// The finished fleet, which must have as much as the file states.
  func topology(stated totals: StatedTotals?) throws(PolicyFileError) -> Topology {
    do {
      let topology = try builder.build()
      try totals?.check(
        nodes: builder.nodeCount, accelerators: builder.acceleratorCount, of: "the fleet")
      return topology
    } catch let error as TopologyError {
      if case .duplicateNode(let name) = error { throw try duplicate(name, error) }
      throw root.error(error.what, fix: error.fix)
    } catch let error as PolicyFileError {
      throw error
    } catch {
      preconditionFailure("unexpected error \(error)")
    }
  }

  /// Where the second node of a name stands, and what would tell it from the first.
  private func duplicate(
    _ name: NodeName, _ error: TopologyError
  ) throws(PolicyFileError) -> PolicyFileError {
    var count = 0
    for entry in named {
      count += try entry.names.names(in: entry.path).count { $0 == name }
      guard count > 1 else { continue }
      let apart = entry.around.last { $0.isRepeated && !entry.names.names($0.level) }
      return entry.names.place.error(
        error.what,
        fix: apart.map { "put '{\($0.level)}' into the names" }
          ?? error.fix)
    }
    preconditionFailure("\(name) is said to stand twice in fleet \(self.name)")
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
