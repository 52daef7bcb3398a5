import Units

/// How many nodes have how much free, at several stages of an occupancy that becomes smaller.
///
/// Of gangs for which that decides it says at which stage they still fit.
///
/// Complexity: O(rows of nodes by what is free · nodes / 64) for the first stage where not all are
/// counted, O(words withheld, and slices on those where anything is free) to add one (where hosts
/// are counted as well, as for the first), O(1) to ask about one.
public struct RoomCounts: Sendable {
  /// By stage: the nodes with at least so many free accelerators, and the idle ones.
  private var rows: [Int32]
  private let width: Int

  /// The only nodes that are counted; nil: all.
  private let eligible: NodeSet?

  /// What is free at the last stage; where only accelerators count, its map alone is kept up.
  private var room: Occupancy
  private var map: [UInt64]
  private let isPlain: Bool

  /// One stage: an occupancy as it is.
  ///
  /// - Parameter eligibility: the only nodes that are counted; nil: all.
  public init(_ occupancy: Occupancy, on eligibility: Eligibility? = nil) {
    eligible = occupancy.topology.nodes(eligible: eligibility, ofNamedModels: true)
    width = occupancy.atLeast.count
    rows = occupancy.atLeast(in: eligible)
    room = occupancy
    map = occupancy.freeMap
    isPlain = occupancy.freeHosts.isEmpty && occupancy.residuals.isEmpty
  }

  /// How many stages there are.
  public var count: Int { rows.count / width }

  /// Adds the next stage: the last one without what of a footprint is free in it.
  public mutating func append(withholding footprint: Footprint) {
    guard isPlain else {
      room.withhold(footprint)
      rows += room.atLeast(in: eligible)
      return
    }
    let first = rows.count
    rows.reserveCapacity(first + width)
    for row in first - width..<first { rows.append(rows[row]) }
    let (topology, conditions) = (room.topology, room.conditions)
    let (fields, slices) = (topology.acceleratorFields, footprint.allocation.slices)
    for piece in footprint.pieces where map[Int(piece.word)] & piece.bits != 0 {
      for place in Int(piece.slices.lowerBound)..<Int(piece.slices.upperBound) {
        let node = topology.index(of: slices[place].node)
        let field = fields[node]
        let taken = map[Int(piece.word)] & slices[place].accelerators << UInt64(field.shift)
        guard taken != 0, eligible?.contains(node) ?? true else { continue }
        let before = map[Int(piece.word)] >> UInt64(field.shift) & field.ones
        map[Int(piece.word)] &= ~taken
        guard conditions.isEmpty || conditions[node] == .inService else { continue }
        let most = before.nonzeroBitCount
        for free in most - taken.nonzeroBitCount + 1...most { rows[first + free] -= 1 }
        if before == field.ones { rows[first + width - 1] -= 1 }
      }
    }
  }

  /// Whether a gang fits at a stage.
  ///
  /// - Precondition: `Occupancy.isDecidedByCounts(_:)` says that counts tell, and those are the
  ///   nodes of one of its alternatives.
  public func fits(_ shape: GangShape, at stage: Int) -> Bool {
    guard mayFit(shape, at: stage, besides: 0) else { return false }
    guard let rest = shape.rest else { return true }
    return nodes(for: rest, at: stage) > Int(shape.members)
  }

  /// Whether a gang may fit at a stage if so many nodes had any room besides; false is sure.
  ///
  /// - Precondition: `Occupancy.isBoundedByCounts(_:)` says so, on the nodes that it may have.
  public func mayFit(_ shape: GangShape, at stage: Int, besides nodes: Int) -> Bool {
    guard Int(shape.member.accelerators) <= width - 2 else { return false }
    return self.nodes(for: shape.member, at: stage) + nodes >= Int(shape.members)
  }

  /// How many nodes have room for a gang's member at a stage.
  ///
  /// - Precondition: as for `mayFit`.
  public func nodes(for shape: GangShape, at stage: Int) -> Int {
    nodes(for: shape.member, at: stage)
  }

  private func nodes(for member: MemberShape, at stage: Int) -> Int {
    guard Int(member.accelerators) <= width - 2 else { return 0 }
    return Int(rows[stage * width + (member.wholeNode ? width - 1 : Int(member.accelerators))])
  }
}

extension Occupancy {
  /// Whether the numbers of nodes with so much free say all about whether a gang fits, those of any
  /// of its alternatives. O(1)
  public func isDecidedByCounts(_ shape: GangShape) -> Bool {
    shape.closeness.isClosest && shape.eligibility?.includesReserved != true
      && !mustLook(for: shape.member) && shape.rest.map(mustLook) != true
  }

  /// Whether a gang has no room where too few of the nodes that it may have have so much free. O(1)
  ///
  /// Wherever they are, and whatever else it asks of them; else numbers say nothing about it.
  public func isBoundedByCounts(_ shape: GangShape) -> Bool {
    shape.eligibility?.includesReserved != true && shape.member.share == .whole
  }

  /// The nodes in service with at least so many free accelerators, then the idle ones, of some;
  /// nil: of all.
  fileprivate func atLeast(in nodes: NodeSet?) -> [Int32] {
    guard let nodes else { return atLeast }
    var counts = Array(repeating: Int32(0), count: atLeast.count)
    for row in counts.indices where hasNodes(inRow: row) {
      counts[row] = byFree.count(row: row, in: nodes.words)
    }
    for free in (0..<topology.mostAcceleratorsPerNode).reversed() {
      counts[free] += counts[free + 1]
    }
    return counts
  }

  /// On how many nodes an allocation names anything that is free, at most: exact where it names
  /// whole accelerators only. O(its slices)
  public func nodesFree(of allocation: Allocation) -> Int {
    guard allocation.hosts.isEmpty, allocation.shares.isEmpty else {
      return allocation.slices.count
    }
    var count = 0
    for slice in allocation.slices
    where accelerators(freeOn: topology.index(of: slice.node)) & slice.accelerators != 0 {
      count += 1
    }
    return count
  }
}

/// The nodes of a fleet that a gang may have, whatever is free of them.
public struct EligibleNodes: Sendable {
  private let set: NodeSet?

  /// Those that an eligibility leaves. O(nodes / 64)
  public init(of eligibility: Eligibility?, on topology: Topology) {
    set = topology.nodes(eligible: eligibility, ofNamedModels: true)
  }

  /// Whether a node is one of them, by its place. O(1)
  @inline(__always)
  public func contains(_ node: Int) -> Bool { set?.contains(node) ?? true }
}
