import Units

/// The candidates laid over the nodes: who holds what where.
///
/// Made once for a search. O(nodes + slices of all candidates)
struct ClearingField {
  /// What one candidate holds of one node.
  struct Entry {
    var candidate: Int32
    /// Which of its allocation's slices it is.
    var slice: Int32
    /// The whole accelerators held.
    var bits: UInt64
  }

  /// What fits on a node: nothing, the gang's rest alone, or a member.
  enum Room: UInt8, Comparable {
    case nothing
    case rest
    case member

    static func < (a: Room, b: Room) -> Bool { a.rawValue < b.rawValue }
  }

  let candidates: [ClearingCandidate]

  /// What is free; changed for a trial, and always changed back.
  private(set) var occupancy: Occupancy

  private let member: MemberShape
  private let rest: MemberShape?

  /// Whether whole accelerators are all that is asked for and all that anybody holds.
  private let isPlain: Bool

  /// The free accelerators of each node.
  private let free: [UInt64]

  /// The entries of node n are `firstEntries[n]..<firstEntries[n + 1]`, by candidate.
  private let firstEntries: [Int32]
  private let entries: [Entry]

  /// A field for a gang's members and rest.
  init(_ occupancy: Occupancy, _ candidates: [ClearingCandidate], _ shape: GangShape) {
    let topology = occupancy.topology
    self.occupancy = occupancy
    self.candidates = candidates
    member = shape.member
    rest = shape.rest
    isPlain =
      !topology.sharesDevices && member.isPlain(in: topology)
      && rest?.isPlain(in: topology) ?? true
    free = topology.ids.indices.map { occupancy.accelerators(freeOn: $0) }
    var firsts = Array(repeating: Int32(0), count: topology.nodes.count + 1)
    var all: [(node: Int32, entry: Entry)] = []
    all.reserveCapacity(candidates.count)
    for index in candidates.indices {
      var number: Int32 = 0
      for slice in candidates[index].allocation.slices {
        let node = topology.index(of: slice.node)
        firsts[node + 1] += 1
        let entry = Entry(
          candidate: Int32(truncatingIfNeeded: index), slice: number, bits: slice.accelerators)
        all.append((Int32(truncatingIfNeeded: node), entry))
        number += 1
      }
    }
    for node in 1..<firsts.count { firsts[node] += firsts[node - 1] }
    var next = firsts
    var entries = Array(repeating: Entry(candidate: 0, slice: 0, bits: 0), count: all.count)
    for (node, entry) in all {
      entries[Int(next[Int(node)])] = entry
      next[Int(node)] += 1
    }
    firstEntries = firsts
    self.entries = entries
  }

  var topology: Topology { occupancy.topology }

  /// How many candidates hold something of a node.
  @inline(__always)
  func count(on node: Int) -> Int { Int(firstEntries[node + 1] - firstEntries[node]) }

  /// One of a node's entries.
  @inline(__always)
  func entry(_ place: Int, on node: Int) -> Entry { entries[Int(firstEntries[node]) + place] }

  /// Whether a node is in service.
  func isInService(_ node: Int) -> Bool {
    occupancy.conditions.isEmpty || occupancy.conditions[node] == .inService
  }

  /// What fits on a node in service once those of its candidates have gone whose bit is set.
  ///
  /// Of more than 64 candidates on a node, all go with bit 63 that come after it.
  mutating func room(on node: Int, without gone: UInt64) -> Room {
    let count = count(on: node)
    guard isPlain else { return trial(on: node, without: gone, count) }
    var bits = free[node]
    let first = Int(firstEntries[node])
    for place in 0..<count where gone >> UInt64(min(place, 63)) & 1 == 1 {
      bits |= entries[first &+ place].bits
    }
    if holds(member, bits, node) { return .member }
    if let rest, holds(rest, bits, node) { return .rest }
    return .nothing
  }

  @inline(__always)
  private func holds(_ member: MemberShape, _ bits: UInt64, _ node: Int) -> Bool {
    bits.nonzeroBitCount >= Int(member.accelerators)
      && (!member.wholeNode || bits == topology.acceleratorFields[node].ones)
  }

  /// The same by giving back what they hold, and taking it again.
  private mutating func trial(on node: Int, without gone: UInt64, _ count: Int) -> Room {
    for place in 0..<count where gone >> UInt64(min(place, 63)) & 1 == 1 {
      occupancy.giveBack(part(of: entry(place, on: node)))
    }
    var room = Room.nothing
    if occupancy.hasRoom(for: member, on: node) {
      room = .member
    } else if let rest, occupancy.hasRoom(for: rest, on: node) {
      room = .rest
    }
    for place in 0..<count where gone >> UInt64(min(place, 63)) & 1 == 1 {
      occupancy.take(part(of: entry(place, on: node)))
    }
    return room
  }

  private func part(of entry: Entry) -> Allocation {
    candidates[Int(entry.candidate)].allocation.part(Int(entry.slice))
  }
}

extension Allocation {
  /// One slice, with all that its member holds there.
  func part(_ slice: Int) -> Allocation {
    var part = Allocation(slices: [slices[slice]])
    if !hosts.isEmpty { part.hosts = [hosts[slice]] }
    for var share in shares where Int(share.slice) == slice {
      share.slice = 0
      part.shares.append(share)
    }
    return part
  }
}

extension MemberShape {
  /// Whether counting a node's free accelerators says whether it fits there.
  fileprivate func isPlain(in topology: Topology) -> Bool {
    share == .whole && host.isEmpty && !(wholeNode && topology.countsHosts)
  }
}

extension Occupancy {
  /// Whether a member fits on a node in service.
  fileprivate func hasRoom(for member: MemberShape, on node: Int) -> Bool {
    let free = accelerators(freeOn: node)
    if member.share == .whole, free.nonzeroBitCount < Int(member.accelerators) { return false }
    if member.wholeNode {
      guard free == topology.acceleratorFields[node].ones,
        freeHosts.isEmpty || freeHosts[node] == topology.host(of: node)
      else { return false }
    }
    return fits(member, on: node)
  }
}
