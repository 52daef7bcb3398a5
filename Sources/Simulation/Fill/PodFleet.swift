import Fleet
import Traces
import Units

/// A fleet of openb nodes, and what the pods of a list ask of it.
struct PodFleet: Sendable {
  private let topology: Topology
  private let shapes: [(shape: GangShape, count: Int)]

  /// By pod: which shape it is, by the index that the packer knows it by.
  let shapeOfPod: [Int]

  /// - Throws: `TopologyError` where the nodes are no fleet.
  init(
    nodes: [OpenbNode], pods: [OpenbPod], nodeOrder: FillProtocol.NodeOrder
  ) throws(TopologyError) {
    var nodes = nodes
    if case .shuffled(let seed) = nodeOrder {
      var random = SeededGenerator(seed: seed)
      nodes.shuffle(using: &random)
    }
    topology = try Self.topology(nodes)
    var shapes: [(shape: GangShape, count: Int)] = []
    var indices: [GangShape: Int] = [:]
    shapeOfPod = pods.map { pod in
      let shape = Self.shape(pod)
      let index = indices[shape] ?? shapes.count
      if index == shapes.count {
        shapes.append((shape, 0))
        indices[shape] = index
      }
      shapes[index].count += 1
      return index
    }
    self.shapes = shapes
  }

  private static func topology(_ nodes: [OpenbNode]) throws(TopologyError) -> Topology {
    var builder = TopologyBuilder(name: "openb")
    for node in nodes {
      var type = NodeType(
        name: "\(node.model)x\(node.accelerators)-\(node.milliCores)-\(node.memory)",
        acceleratorModel: node.model, accelerators: node.accelerators,
        host: HostShare(milliCores: node.milliCores, memory: node.memory))
      type.sharing = .fractions
      try builder.addNodes([NodeName(node.name)], type: type)
    }
    return try builder.build()
  }

  private static func shape(_ pod: OpenbPod) -> GangShape {
    let share: DeviceShare =
      pod.milli == 1000 || pod.accelerators == 0 ? .whole : .milli(UInt16(pod.milli))
    return GangShape(
      members: 1,
      member: MemberShape(
        accelerators: pod.accelerators, share: share,
        host: HostShare(milliCores: pod.milliCores, memory: pod.memory)),
      eligibility: pod.models.isEmpty ? nil : Eligibility(models: pod.models))
  }

  /// The accelerators, in thousandths.
  var capacity: Int { topology.acceleratorCount * 1000 }

  /// What a pod asks of accelerators, in thousandths.
  func milli(of pod: Int) -> Int { shapes[shapeOfPod[pod]].shape.member.milli }

  /// A packer for the empty fleet, to which the list is the history.
  func packer(_ method: PackingMethod, seed: UInt64) -> Packer {
    Packer(topology: topology, shapes: shapes, method: method, seed: seed)
  }
}

extension MemberShape {
  /// What it asks of accelerators, in thousandths.
  fileprivate var milli: Int {
    switch share {
    case .whole: Int(accelerators) * 1000
    case .milli(let part): Int(accelerators) * Int(part)
    case .mig: 0
    }
  }
}
