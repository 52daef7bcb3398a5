/// What stands in the way of a gang: it wants `nodes` nodes with room for `member`, fewer have it.
public struct RoomShortage: Hashable, Sendable {
  /// What each of the nodes needs room for.
  public var member: MemberShape

  /// How many nodes the gang needs with such room.
  public var nodes: Int

  /// How many have it.
  public var nodesThatFit: Int
}

extension Occupancy {
  /// Why a gang does not fit now, or nil if it does.
  public func shortage(of shape: GangShape) -> RoomShortage? {
    guard !fits(shape) else { return nil }
    let forMembers = nodes(thatFit: shape.member)
    guard forMembers >= Int(shape.members), let rest = shape.rest else {
      return RoomShortage(
        member: shape.member, nodes: Int(shape.members), nodesThatFit: forMembers)
    }
    return RoomShortage(
      member: rest, nodes: shape.nodeCount, nodesThatFit: nodes(thatFit: rest))
  }
}
