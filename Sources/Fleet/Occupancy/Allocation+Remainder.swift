import Units

extension Allocation {
  /// What others hold who are to leave it, or all of it but what they keep.
  public struct Holder: Sendable {
    var holds: Allocation
    var keeps: Allocation?

    /// Who holds an allocation, and goes on with a part of it.
    public init(holds: Allocation, keeps: Allocation? = nil) {
      self.holds = holds
      self.keeps = keeps
    }
  }

  /// What is left of it as long as holders don't leave theirs: of each node and accelerator as much
  /// as it names beyond what they would leave. Nodes of which nothing is left are left out.
  ///
  /// Of an accelerator that it names whole, and of which holders have parts, the rest is a part.
  ///
  /// Complexity: O((slices + slices of the holders) · log slices of the holders)
  public func remainder(besides holders: [Holder], on topology: Topology) -> Allocation {
    let pieces = Pieces(holders)
    var rest = Allocation(slices: [])
    var (share, left) = (0, LeavingParts())
    for (index, slice) in slices.enumerated() {
      if index == 0 || slices[index - 1].node != slice.node {
        left = pieces.parts(of: slice.node, topology.sharing(of: topology.index(of: slice.node)))
      }
      let place = rest.slices.count
      var parts: [DeviceHold] = []
      let bits = left.takeWhole(slice.accelerators, ofSlice: place, &parts)
      while share < shares.count, shares[share].slice == index {
        let device = Int(shares[share].device)
        let amount = left.take(shares[share].amount, of: device)
        if amount > 0 { parts.append(DeviceHold(slice: place, device: device, amount: amount)) }
        share += 1
      }
      let host = hosts.isEmpty ? .none : left.take(hosts[index])
      guard bits != 0 || !parts.isEmpty || !host.isEmpty else { continue }
      rest.slices.append(NodeSlice(node: slice.node, accelerators: bits))
      rest.shares += parts
      if !hosts.isEmpty { rest.hosts.append(host) }
    }
    return rest
  }
}

/// What holders would leave, sorted by node.
private struct Pieces {
  private struct Piece {
    var node: NodeID
    var allocation: Int
    var slice: Int
  }

  private var allocations: [(allocation: Allocation, isKept: Bool)] = []
  private var pieces: [Piece] = []

  init(_ holders: [Allocation.Holder]) {
    for holder in holders {
      allocations.append((holder.holds, false))
      if let keeps = holder.keeps { allocations.append((keeps, true)) }
    }
    for (place, entry) in allocations.enumerated() {
      for (index, slice) in entry.allocation.slices.enumerated() {
        pieces.append(Piece(node: slice.node, allocation: place, slice: index))
      }
    }
    pieces.sort { ($0.node, $0.allocation, $0.slice) < ($1.node, $1.allocation, $1.slice) }
  }

  /// What they would leave of a node. Whoever keeps something stands behind itself.
  func parts(of node: NodeID, _ sharing: DeviceSharing) -> LeavingParts {
    var parts = LeavingParts(sharing: sharing)
    for piece in pieces[pieces.partitioningIndex { $0.node >= node }...] {
      guard piece.node == node else { break }
      let (allocation, isKept) = allocations[piece.allocation]
      parts.add(allocation, slice: piece.slice, isKept: isKept)
    }
    return parts
  }
}

/// What of one node is held by those who are to leave it, and is not subtracted yet.
private struct LeavingParts {
  var sharing = DeviceSharing.none
  private var whole: UInt64 = 0
  private var host = HostShare.none
  /// Parts of accelerators that are not held whole, each once.
  private var parts: [(device: Int, amount: UInt16)] = []

  init(sharing: DeviceSharing = .none) { self.sharing = sharing }

  mutating func add(_ allocation: Allocation, slice index: Int, isKept: Bool) {
    let bits = allocation.slices[index].accelerators
    whole = isKept ? whole & ~bits : whole | bits
    if !allocation.hosts.isEmpty {
      if isKept { host -= allocation.hosts[index] } else { host += allocation.hosts[index] }
    }
    for share in allocation.shares where Int(share.slice) == index {
      let place = place(of: Int(share.device))
      // No two hold one slice, so that sets add up as numbers do.
      if isKept { parts[place].amount -= share.amount } else { parts[place].amount += share.amount }
    }
  }

  private mutating func place(of device: Int) -> Int {
    if let place = parts.firstIndex(where: { $0.device == device }) { return place }
    parts.append((device, 0))
    return parts.count - 1
  }

  /// What is left of whole accelerators: their bits, and parts of those that others hold in part.
  func takeWhole(_ bits: UInt64, ofSlice slice: Int, _ rest: inout [DeviceHold]) -> UInt64 {
    var left = bits & ~whole
    for part in parts where part.amount > 0 && left >> UInt64(part.device) & 1 == 1 {
      left &= ~(1 << UInt64(part.device))
      let amount = sharing.whole - part.amount
      if amount > 0 {
        rest.append(DeviceHold(slice: slice, device: part.device, amount: amount))
      }
    }
    return left
  }

  /// What is left of a part of an accelerator; so much less is subtracted from the next.
  mutating func take(_ amount: UInt16, of device: Int) -> UInt16 {
    guard whole >> UInt64(device) & 1 == 0 else { return 0 }
    guard let place = parts.firstIndex(where: { $0.device == device }) else { return amount }
    let taken = sharing.common(amount, parts[place].amount)
    parts[place].amount -= taken
    return amount - taken
  }

  /// What is left of a part of the host; so much less is subtracted from the next.
  mutating func take(_ share: HostShare) -> HostShare {
    var rest = share
    let taken = share.common(with: host)
    rest -= taken
    host -= taken
    return rest
  }
}
