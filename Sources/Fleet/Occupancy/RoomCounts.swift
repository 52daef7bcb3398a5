/// How many nodes have how much free, at several stages of an occupancy that becomes smaller.
///
/// Of gangs for which that decides it says at which stage they still fit.
///
/// Complexity: O(accelerators of a node) to add a stage, O(1) to ask about one.
public struct RoomCounts: Sendable {
  /// By stage: the nodes with at least so many free accelerators, and the idle ones.
  private var rows: [Int32] = []
  private let width: Int

  /// One stage: an occupancy as it is.
  public init(_ occupancy: Occupancy) {
    width = occupancy.atLeast.count
    rows = occupancy.atLeast
  }

  /// How many stages there are.
  public var count: Int { rows.count / width }

  /// Adds the next stage, in which no more is free than in the last.
  public mutating func append(_ occupancy: Occupancy) { rows += occupancy.atLeast }

  /// Whether a gang fits at a stage.
  ///
  /// - Precondition: `Occupancy.isDecidedByCounts(_:)` says that counts tell.
  public func fits(_ shape: GangShape, at stage: Int) -> Bool {
    guard mayFit(shape, at: stage, besides: 0) else { return false }
    guard let rest = shape.rest else { return true }
    return nodes(for: rest, at: stage) > Int(shape.members)
  }

  /// Whether a gang may fit at a stage if so many nodes had any room besides; false is sure.
  ///
  /// - Precondition: as for `fits`.
  public func mayFit(_ shape: GangShape, at stage: Int, besides nodes: Int) -> Bool {
    guard Int(shape.member.accelerators) <= width - 2 else { return false }
    return self.nodes(for: shape.member, at: stage) + nodes >= Int(shape.members)
  }

  private func nodes(for member: MemberShape, at stage: Int) -> Int {
    guard Int(member.accelerators) <= width - 2 else { return 0 }
    return Int(rows[stage * width + (member.wholeNode ? width - 1 : Int(member.accelerators))])
  }
}

extension Occupancy {
  /// Whether the numbers of nodes with so much free say all about whether a gang fits. O(1)
  public func isDecidedByCounts(_ shape: GangShape) -> Bool {
    shape.isPlain && !mustLook(for: shape.member) && shape.rest.map(mustLook) != true
  }

  /// On how many nodes an allocation names anything that is free. O(its slices)
  ///
  /// - Precondition: it names whole accelerators only.
  public func nodesFree(of allocation: Allocation) -> Int {
    var count = 0
    for slice in allocation.slices
    where accelerators(freeOn: topology.index(of: slice.node)) & slice.accelerators != 0 {
      count += 1
    }
    return count
  }
}
