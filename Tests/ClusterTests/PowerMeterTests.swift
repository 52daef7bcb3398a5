import Cluster
import Fleet
import Policy
import Testing
import Units

/// Two nodes of four accelerators of 100 W.
private func hall(host: HostShare = .none) throws -> Topology {
  var builder = TopologyBuilder(name: "hall")
  var type = NodeType(name: "t", accelerators: 4, host: host)
  type.acceleratorWatts = 100
  try builder.addNodes([NodeName("n0"), NodeName("n1")], type: type)
  return try builder.build()
}

/// What a cluster of them thinks of a budget.
private func meter(_ watts: Int, host: HostShare = .none) throws -> PowerMeter {
  var policy = ClusterPolicy(name: "short of power")
  var budget = PowerBudget(site: "hall", watts: watts)
  budget.nodeWatts = 50
  policy.power = [budget]
  return ClusterState(topology: try hall(host: host), policy: policy).holdings.power
}

@Suite struct `A site's power budget` {
  // Eight jobs of one accelerator each: 8 × (100 W + 50 W of the node).
  @Test func `is none where the site could not exceed it`() throws {
    #expect(try meter(1200).isUnlimited)
    #expect(try meter(1200).limit(ofSite: 0, at: Instant(milliseconds: 0)) == nil)
  }

  @Test func `holds where as many jobs as there are accelerators exceed it`() throws {
    #expect(try !meter(1199).isUnlimited)
  }

  @Test func `holds where nobody knows how many jobs share a node`() throws {
    #expect(try !meter(1200, host: HostShare(cores: 8)).isUnlimited)
  }

  @Test func `is not drawn on where nothing is held`() throws {
    let slice = NodeSlice(node: NodeID(0), accelerators: 0)
    #expect(try meter(1199).draw(of: Allocation(slices: [slice]), on: hall()) == [0])
  }
}
