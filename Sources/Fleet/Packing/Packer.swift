import Units

/// Packs requests for parts of nodes, one after the other, by one method.
///
/// Each request is judged on each node once: that holds until the node changes, or, for `muster`,
/// until the values are solved anew. Shape: for each different request a row of judgements by node,
/// and how far of the list of changes it has seen.
///
/// Complexity of a request: O(nodes) to find the least, and one judgement for each node that has
/// changed since a request like it came last.
public struct Packer: Sendable {
  /// What is free.
  public private(set) var occupancy: Occupancy

  fileprivate struct Row: Sendable {
    var request: PackingRequest
    /// By node: what placing it there costs, the less the better; `noRoom` where there is none.
    var costs: [Int] = []
    /// By node: the accelerator it would share.
    var devices: [Int8] = []
    /// How many changes the judgements reflect.
    var changesSeen = 0
    /// Which solution of the values they are by.
    var solution = -1
  }

  private var judge: PackingJudge
  private var rows: [Row] = []
  /// The nodes that have changed, the latest last; no more than twice as many as there are nodes.
  private var changes: [Int32] = []
  private var changesDropped = 0
  private var random: SeededGenerator
  private var mix: RequestMix
  private var solution = 0

  /// A packer for an empty fleet.
  ///
  /// - Parameters:
  ///   - shapes: the different requests there may be, by how frequent they are in the history that
  ///     fragmentation is measured by; `muster` does not look at how frequent they are.
  ///   - seed: what `random` is drawn from.
  public init(
    topology: Topology, shapes: [(shape: GangShape, count: Int)], method: PackingMethod,
    seed: UInt64
  ) {
    occupancy = Occupancy(topology: topology)
    rows = shapes.map { Row(request: PackingRequest($0.shape, on: topology)) }
    random = SeededGenerator(seed: seed)
    let mix = Self.mix(zip(rows, shapes).map { ($0.request, $1.count) })
    self.mix = RequestMix(topology: topology)
    judge = PackingJudge(
      method: method, measure: FragmentationMeasure(mix: mix), values: self.mix.value,
      topology: topology)
  }

  /// Requests that are alike but for their memory together, the most frequent first.
  private static func mix(
    _ counts: [(request: PackingRequest, count: Int)]
  ) -> [(request: PackingRequest, count: Int)] {
    var merged: [(request: PackingRequest, count: Int)] = []
    for (request, count) in counts {
      var key = request
      key.host = HostShare(milliCores: Int(request.host.milliCores))
      if let index = merged.firstIndex(where: { $0.request == key }) {
        merged[index].count += count
      } else {
        merged.append((key, count))
      }
    }
    // Of equals the first keeps its place.
    return merged.enumerated().sorted {
      $0.element.count != $1.element.count
        ? $0.element.count > $1.element.count : $0.offset < $1.offset
    }.map(\.element)
  }

  /// Places and takes the next request, one of the shapes by its index; nil where no node has room.
  public mutating func arrive(_ index: Int) -> Allocation? {
    note(index)
    refresh(index)
    let node = choose(rows[index].costs)
    note(index, hasRoom: node != nil)
    guard let node else { return nil }
    let device = Int(rows[index].devices[node])
    var allocation = Allocation(slices: [])
    occupancy.bind(rows[index].request.member, to: node, device, &allocation)
    occupancy.take(allocation)
    changed(node)
    return allocation
  }

  /// Gives back what a request held.
  public mutating func leave(_ allocation: Allocation) {
    occupancy.giveBack(allocation)
    changed(occupancy.topology.index(of: allocation.slices[0].node))
  }

  /// What of the fleet is fragmented for the typical requests, in thousandths of an accelerator.
  public var fragmentation: Int { judge.fragmentation }

  /// Counts a request; `muster` judges anew where the values have changed by it.
  private mutating func note(_ index: Int) {
    guard judge.method == .muster, mix.note(offer(index)) else { return }
    adoptValues()
  }

  /// Counts whether there was room for it.
  private mutating func note(_ index: Int, hasRoom: Bool) {
    guard judge.method == .muster, mix.note(offer(index), hasRoom: hasRoom) else { return }
    adoptValues()
  }

  private func offer(_ index: Int) -> RoomValue.Offer {
    let request = rows[index].request
    return RoomValue.Offer(
      milliCores: Int(request.host.milliCores), milli: request.milli,
      accelerators: request.count, count: 1)
  }

  private mutating func adoptValues() {
    solution += 1
    judge.adopt(mix.value)
  }

  private mutating func changed(_ node: Int) {
    judge.update(node, of: occupancy)
    // A row that has missed as many as there are nodes is judged anew as a whole: that is cheaper.
    let most = judge.nodes.count
    if changes.count == 2 * most {
      changes.removeFirst(most)
      changesDropped += most
    }
    changes.append(Int32(node))
  }

  /// Brings a row of judgements up to date.
  private mutating func refresh(_ index: Int) {
    // The row is taken out and put back, so that it is written where it stands.
    var row = Row(request: rows[index].request)
    swap(&row, &rows[index])
    let judge = judge
    if row.solution != solution || row.costs.isEmpty || row.changesSeen < changesDropped {
      row.costs = Array(repeating: PackingJudge.noRoom, count: judge.nodes.count)
      row.devices = Array(repeating: 0, count: judge.nodes.count)
      row.solution = solution
      for node in judge.nodes.indices { row.judge(node, by: judge) }
    } else {
      for change in changes[(row.changesSeen - changesDropped)...] {
        row.judge(Int(change), by: judge)
      }
    }
    row.changesSeen = changesDropped + changes.count
    swap(&row, &rows[index])
  }

  /// The node to take; nil where none has room.
  private mutating func choose(_ costs: [Int]) -> Int? {
    var least = PackingJudge.noRoom
    var best = -1
    var node = 0
    for cost in costs {
      if cost < least {
        least = cost
        best = node
      }
      node &+= 1
    }
    guard best >= 0 else { return nil }
    switch judge.method {
    case .random, .fgd(ties: .random):
      let equals = costs.count { $0 == least }
      var place = random.below(equals)
      return costs.firstIndex { cost in
        guard cost == least else { return false }
        place -= 1
        return place < 0
      }
    case .epsilonFGD(let thousandths):
      let (most, overflow) = least.addingReportingOverflow(thousandths * judge.measure.total)
      return costs.firstIndex { $0 != PackingJudge.noRoom && (overflow || $0 <= most) }
    case .firstFit, .bestFit, .fgd(ties: .first), .muster:
      return best
    }
  }
}

extension Packer.Row {
  fileprivate mutating func judge(_ node: Int, by judge: PackingJudge) {
    let judgement = judge.judgement(of: request, on: node)
    costs[node] = judgement.cost
    devices[node] = Int8(judgement.device)
  }
}
