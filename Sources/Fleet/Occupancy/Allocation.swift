public import Units

/// The part of one node that a member holds.
public struct NodeSlice: Hashable, Sendable {
  /// The node, by its stable id.
  public var node: NodeID

  /// The accelerators held there whole: bit i is the node's i-th.
  public var accelerators: UInt64

  /// These accelerators of this node.
  public init(node: NodeID, accelerators: UInt64) {
    self.node = node
    self.accelerators = accelerators
  }
}

/// A part of one accelerator.
public struct DeviceHold: Hashable, Sendable {
  /// The slice of the allocation whose member holds it.
  public var slice: Int32

  /// Which accelerator of that node.
  public var device: UInt8

  /// How much: thousandths, or a bit for each memory slice, as the node's kind is shared.
  public var amount: UInt16

  /// A part of the `device`-th accelerator of a slice's node.
  public init(slice: Int, device: Int, amount: UInt16) {
    self.slice = Int32(slice)
    self.device = UInt8(device)
    self.amount = amount
  }
}

/// What a gang holds, or is promised: a slice of one node for each member, along the topology.
public struct Allocation: Hashable, Sendable {
  /// A slice per member, in the order of the nodes.
  public var slices: [NodeSlice]

  /// What each slice holds of its host; empty where the gang asks for nothing of it.
  public var hosts: [HostShare]

  /// The parts of accelerators held beside the whole ones, by slice.
  public var shares: [DeviceHold]

  /// These slices, and what goes with them.
  public init(slices: [NodeSlice], hosts: [HostShare] = [], shares: [DeviceHold] = []) {
    self.slices = slices
    self.hosts = hosts
    self.shares = shares
  }

  /// How many whole accelerators it names.
  public var acceleratorCount: Int { slices.reduce(0) { $0 + $1.accelerators.nonzeroBitCount } }

  /// How many thousandths of accelerators it names, of a gang that asks for such parts of them.
  public func milliAccelerators(of share: DeviceShare) -> Int {
    let part =
      switch share {
      case .whole: 0
      case .milli: shares.reduce(0) { $0 + Int($1.amount) }
      case .mig(let profile): shares.count * profile.milli
      }
    return acceleratorCount * 1000 + part
  }

  /// How many thousandths of a core it names.
  public var milliCores: Int { hosts.reduce(0) { $0 + Int($1.milliCores) } }
}

extension Allocation {
  /// What is left of it without some slices, which are given in order.
  public func without(slices gone: [Int]) -> Allocation {
    var rest = Allocation(slices: [])
    var next = 0
    for (index, slice) in slices.enumerated() {
      if next < gone.count, gone[next] == index {
        next += 1
        continue
      }
      for share in shares where Int(share.slice) == index {
        rest.shares.append(
          DeviceHold(slice: rest.slices.count, device: Int(share.device), amount: share.amount))
      }
      rest.slices.append(slice)
      if !hosts.isEmpty { rest.hosts.append(hosts[index]) }
    }
    return rest
  }

  /// Whether it names anything of a node that another names something of. O(slices · log slices)
  public func overlaps(_ other: Allocation) -> Bool {
    let theirs = other.slicesByNode
    return slices.contains { other.first(of: theirs, on: $0.node) != nil }
  }

  /// Whether it names an accelerator, or a part of one, that another names as well, or both name
  /// cores and memory of one node. O(slices · log slices)
  public func contends(with other: Allocation) -> Bool {
    let theirs = other.slicesByNode
    for (index, slice) in slices.enumerated() {
      var next = other.first(of: theirs, on: slice.node) ?? theirs.count
      while next < theirs.count, other.slices[theirs[next]].node == slice.node {
        if !hosts.isEmpty, !other.hosts.isEmpty { return true }
        if devices(ofSlice: index) & other.devices(ofSlice: theirs[next]) != 0 { return true }
        next += 1
      }
    }
    return false
  }

  /// The devices of a slice's node that it names, whole or in part.
  private func devices(ofSlice index: Int) -> UInt64 {
    shares.reduce(slices[index].accelerators) { devices, share in
      Int(share.slice) == index ? devices | 1 << UInt64(share.device) : devices
    }
  }

  /// The slices' places in the order of their nodes.
  private var slicesByNode: [Int] {
    slices.indices.sorted { slices[$0].node < slices[$1].node }
  }

  /// The first of the sorted slices on a node.
  private func first(of sorted: [Int], on node: NodeID) -> Int? {
    var (low, high) = (0, sorted.count)
    while low < high {
      let middle = (low + high) / 2
      if slices[sorted[middle]].node < node { low = middle + 1 } else { high = middle }
    }
    return low < sorted.count && slices[sorted[low]].node == node ? low : nil
  }
}
