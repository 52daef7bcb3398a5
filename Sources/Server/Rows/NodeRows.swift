import Cluster
import Fleet
import Jobs
import Synchronization
import Units
import Wire

/// Makes rows of nodes from the durable state and what the hub knows of their agents.
struct NodeRows: Sendable {
  private let state: ClusterState
  private let connected: Set<NodeID>
  private var uses: [NodeID: Use] = [:]

  private struct Use: Sendable {
    var holders: [Int: UInt32] = [:]
    var milliCores = 0
    var memory = 0
  }

  /// Rows of all nodes. O(nodes + members that run)
  init(_ state: ClusterState, _ hub: AgentHub) {
    self.state = state
    connected = hub.table.withLock { table in
      Set(state.topology.nodes.map(\.id).filter { table.session[$0] != nil })
        .subtracting(table.silent)
    }
    for (id, job) in state.jobs.all {
      guard let allocation = job.lifecycle.run?.allocation else { continue }
      note(id, allocation)
    }
  }

  private mutating func note(_ id: JobID, _ allocation: Allocation) {
    for (index, slice) in allocation.slices.enumerated() {
      var bits = slice.accelerators
      while bits != 0 {
        uses[slice.node, default: Use()].holders[bits.trailingZeroBitCount] = id.number
        bits &= bits - 1
      }
      guard !allocation.hosts.isEmpty else { continue }
      uses[slice.node, default: Use()].milliCores += Int(allocation.hosts[index].milliCores)
      uses[slice.node, default: Use()].memory += Int(allocation.hosts[index].memory)
    }
    for share in allocation.shares {
      let node = allocation.slices[Int(share.slice)].node
      uses[node, default: Use()].holders[Int(share.device)] = id.number
    }
  }

  /// How many nodes there are.
  var count: Int { state.topology.nodes.count }

  /// The row of the node at an index.
  func row(at index: Int) -> NodeRow {
    let topology = state.topology
    let node = topology.nodes[index]
    let type = topology.nodeTypes[node.type]
    let record = state.records[node.id]
    var row = NodeRow(
      name: "\(node.name)", path: path(of: node.domain), condition: "\(record.condition)",
      agent: state.silence[node.id] != nil
        ? "unreachable" : connected.contains(node.id) ? "connected" : "unknown")
    let use = uses[node.id] ?? Use()
    row.model = type.accelerators > 0 ? type.acceleratorModel : nil
    row.accelerators = type.accelerators
    row.holders = (0..<type.accelerators).map { use.holders[$0] ?? 0 }
    row.milliCores = Int(type.host.milliCores)
    row.freeMilliCores = max(0, row.milliCores - use.milliCores)
    row.memoryMib = Int(type.host.memory)
    row.freeMemoryMib = max(0, row.memoryMib - use.memory)
    row.reason = record.why.isEmpty ? nil : record.why
    return row
  }

  private func path(of domain: Int?) -> [String] {
    var path: [String] = []
    var at = domain
    while let here = at {
      path.append(state.topology.domains[here].name)
      at = state.topology.domains[here].parent
    }
    return path.reversed()
  }
}
