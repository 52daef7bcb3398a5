public import Fleet
import PolicyFiles
public import Traces

/// What nodes and blocks of a fleet hold of the jobs of a model's party.
public struct PartyRoom: Sendable {
  /// The accelerators' model; nil where the party or the fleet has none such: any will do.
  let model: String?

  /// The accelerators of a node.
  let perNode: Int

  /// The accelerators of a block that holds jobs whole; 0: none has to.
  private let perBlock: Int

  /// The room of a party on a fleet.
  public init(of party: GeneratedParty, on topology: Topology) {
    let types = topology.nodeTypes.filter { $0.acceleratorModel == party.model }
    let model = types.isEmpty ? nil : party.model
    let perNode = types.map(\.accelerators).max() ?? topology.mostAcceleratorsPerNode
    let blocks = party.staysInBlock ? topology.domains(at: .block) : 0..<0
    perBlock = blocks.reduce(0) { most, block in
      let nodes = topology.domains[block].nodes
      guard let first = nodes.first, topology.type(of: first).acceleratorModel == model else {
        return most
      }
      return max(most, nodes.count * perNode)
    }
    (self.model, self.perNode) = (model, perNode)
  }

  /// The one domain that must hold a job: more than a node and no more than a block, a block.
  public func domain(ofSize size: Int) -> TraceDomain {
    size > perNode && size <= perBlock ? .block : .any
  }
}

extension GeneratedParty {
  /// What its jobs ask for beside their size.
  public var terms: TraceTerms {
    var terms = TraceTerms()
    terms.models = model.map { [$0] } ?? []
    terms.checkpointEvery = checkpoints?.every
    terms.restart = checkpoints?.restart
    return terms
  }
}
