import Fleet
import Foundation
import Units

/// What a request asks for, as the definitions speak of it.
struct NaiveRequest: Equatable {
  var cores: Int
  var memory: Int
  var count: Int
  var milli: Int
  /// The models it may have; empty for any.
  var models: [String]

  var shape: GangShape {
    GangShape(
      members: 1,
      member: MemberShape(
        accelerators: count,
        share: milli == 1000 || count == 0 ? .whole : .milli(UInt16(milli)),
        host: HostShare(milliCores: cores, memory: memory)),
      eligibility: models.isEmpty ? nil : Eligibility(models: models))
  }
}

/// What is left of a node.
struct NaiveNode {
  var cores: Int
  var memory: Int
  var model: String
  var left: [Int]

  func fits(_ request: NaiveRequest) -> Bool {
    cores >= request.cores && memory >= request.memory
      && (request.models.isEmpty || request.models.contains(model))
      && left.count { $0 >= max(request.milli, 1) } >= request.count
  }

  /// What is left once a request is placed, its part of an accelerator on `device`.
  func taking(_ request: NaiveRequest, _ device: Int) -> NaiveNode {
    var after = self
    after.cores -= request.cores
    after.memory -= request.memory
    if request.count > 0, request.milli < 1000 { after.left[device] -= request.milli }
    if request.milli == 1000 {
      for _ in 0..<request.count { after.left[after.left.firstIndex(of: 1000)!] = 0 }
    }
    return after
  }

  /// Where a request's part may go; 0 alone where it asks for none.
  func devices(for request: NaiveRequest) -> [Int] {
    guard request.count > 0, request.milli < 1000 else { return [0] }
    return left.indices.filter { left[$0] >= request.milli }
  }
}

/// Weng et al. 2023, §3, word for word: everything is computed anew for each request.
struct NaivePacker {
  enum Method: String, CaseIterable {
    case firstFit, bestFit, fgd, epsilonFGD
  }

  let method: Method
  var nodes: [NaiveNode]
  /// The typical requests and how frequent they are.
  let typical: [(request: NaiveRequest, frequency: Double)]
  let largest: (cores: Double, milli: Double)

  init(method: Method, nodes: [NaiveNode], mix: [(request: NaiveRequest, count: Int)]) {
    self.method = method
    self.nodes = nodes
    largest = (
      Double(nodes.map(\.cores).max()!), Double(nodes.map { $0.left.count * 1000 }.max()!)
    )
    var merged: [(request: NaiveRequest, count: Int)] = []
    for (request, count) in mix {
      // FGD does not look at memory, and a model that the fleet lacks makes no difference.
      var request = request
      request.memory = 0
      let there = request.models.filter { model in nodes.contains { $0.model == model } }
      request.models = request.models.isEmpty ? [] : there.isEmpty ? ["none"] : there.sorted()
      if let index = merged.firstIndex(where: { $0.request == request }) {
        merged[index].count += count
      } else {
        merged.append((request, count))
      }
    }
    let sorted = merged.indices.sorted { a, b in
      merged[a].count != merged[b].count ? merged[a].count > merged[b].count : a < b
    }
    var (chosen, covered) = ([Int](), 0)
    let all = Double(merged.map(\.count).reduce(0, +))
    for index in sorted where Double(covered) < 0.95 * all {
      chosen.append(index)
      covered += merged[index].count
    }
    typical = chosen.map { (merged[$0].request, Double(merged[$0].count) / Double(covered)) }
  }

  /// F of a node, in thousandths of an accelerator.
  func fragmentation(_ node: NaiveNode) -> Double {
    typical.reduce(0) { sum, entry in
      let request = entry.request
      let isUsable =
        request.count > 0 && (request.models.isEmpty || request.models.contains(node.model))
        && node.cores >= request.cores
        && node.left.count { $0 >= request.milli } >= request.count
      let wasted = isUsable ? node.left.filter { $0 < request.milli } : node.left
      return sum + entry.frequency * Double(wasted.reduce(0, +))
    }
  }

  var fragmentation: Double { nodes.reduce(0) { $0 + fragmentation($1) } }

  /// The node and the accelerator that a request gets; nil where no node has room.
  func choice(for request: NaiveRequest) -> (node: Int, device: Int)? {
    let feasible = nodes.indices.filter { nodes[$0].fits(request) }
    guard !feasible.isEmpty else { return nil }
    let best = feasible.map { self.best(request, on: $0) }
    let least = best.map(\.cost).min()!
    // What is mathematically equal differs by less than this.
    let most = least + (method == .epsilonFGD ? 150 : 0) + 1e-7
    let first = best.firstIndex { method == .firstFit || $0.cost <= most }!
    return (feasible[first], best[first].device)
  }

  /// The costs of all nodes with room.
  func costs(of request: NaiveRequest) -> [(node: Int, cost: Double)] {
    nodes.indices.filter { nodes[$0].fits(request) }.map { ($0, best(request, on: $0).cost) }
  }

  private func best(_ request: NaiveRequest, on node: Int) -> (cost: Double, device: Int) {
    let all = nodes[node].devices(for: request).map { device in
      (cost: cost(request, nodes[node], device), device: device)
    }
    let least = all.map(\.cost).min()! + 1e-7
    return all.first { $0.cost <= least }!
  }

  private func cost(_ request: NaiveRequest, _ node: NaiveNode, _ device: Int) -> Double {
    let after = node.taking(request, device)
    switch method {
    case .firstFit: return 0
    case .bestFit:
      let share =
        Double(after.cores) / largest.cores / 2
        + Double(after.left.reduce(0, +)) / largest.milli / 2
      // Which accelerator of a node: that with the least left, too little to decide among nodes.
      let isPart = request.count > 0 && request.milli < 1000
      return share * 1e6 + (isPart ? Double(node.left[device]) * 1e-5 : 0)
    case .fgd:
      let gain = (fragmentation(node) - fragmentation(after)) / 1000
      let score = 100 / (1 + exp(-gain))
      // A sum of fractions may miss a whole number by its last bits.
      return -(score + 1e-9).rounded(.down)
    case .epsilonFGD: return fragmentation(after) - fragmentation(node)
    }
  }
}

/// A small fleet of mixed nodes, and requests that it may or may not have room for.
struct PackingCase {
  var nodes: [NaiveNode] = []
  var mix: [(request: NaiveRequest, count: Int)] = []

  init(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    func pick<Element>(_ values: [Element]) -> Element { values[random.below(values.count)] }
    for _ in 0..<(2 + random.below(7)) {
      let count = pick([0, 1, 2, 4, 4, 8])
      nodes.append(
        NaiveNode(
          cores: pick([8, 16, 32, 96]) * 1000, memory: pick([64, 256, 768]) * 1024,
          model: count == 0 ? "" : pick(["a", "b", "c"]),
          left: Array(repeating: 1000, count: count)))
    }
    if !nodes.contains(where: { !$0.left.isEmpty }) { nodes[0].left = [1000, 1000] }
    for _ in 0..<(3 + random.below(10)) {
      let count = pick([0, 1, 1, 1, 1, 1, 2, 4, 8])
      let milli = count == 0 ? 0 : count > 1 ? 1000 : pick([100, 250, 333, 500, 700, 1000, 1000])
      let request = NaiveRequest(
        cores: pick([0, 500, 1000, 2000, 4000, 8000, 12_345]), memory: pick([0, 1024, 9000]),
        count: count, milli: milli, models: pick([[], [], [], ["a"], ["b", "a"], ["z"]]))
      // Each kind once: the packer tells requests apart by their index.
      if !mix.contains(where: { $0.request == request }) {
        mix.append((request, pick([1, 2, 5, 5, 20, 100])))
      }
    }
  }

  func topology() throws -> Topology {
    var builder = TopologyBuilder(name: "small")
    for (index, node) in nodes.enumerated() {
      var type = NodeType(
        name: "\(node.model)x\(node.left.count)-\(node.cores)-\(node.memory)",
        acceleratorModel: node.model, accelerators: node.left.count,
        host: HostShare(milliCores: node.cores, memory: node.memory))
      type.sharing = .fractions
      try builder.addNodes([NodeName("n\(index)")], type: type)
    }
    return try builder.build()
  }

  func packer(_ method: PackingMethod, seed: UInt64 = 1) throws -> Packer {
    Packer(
      topology: try topology(), shapes: mix.map { ($0.request.shape, $0.count) }, method: method,
      seed: seed)
  }
}
