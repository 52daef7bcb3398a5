public import Units

/// What stands in the way of a gang: it wants `nodes` nodes with room for `member`, fewer have it.
public struct RoomShortage: Hashable, Sendable {
  /// What each of the nodes needs room for.
  public var member: MemberShape

  /// How many nodes the gang needs with such room.
  public var nodes: Int

  /// How many have it, in whole segments: in the fleet, or in the best domain of the level.
  public var nodesThatFit: Int

  /// The level of which one domain must hold them all; nil where they may be anywhere.
  public var level: DomainLevel?
}

extension Occupancy {
  /// Why a gang does not fit now, or nil if it does.
  public func shortage(
    of shape: GangShape, afterWaiting wait: TimeSpan = .zero
  ) -> RoomShortage? {
    guard !fits(shape, afterWaiting: wait) else { return nil }
    guard shape.isPlain else { return shortage(inDomainsOf: shape, wait) }
    let forMembers = nodes(thatFit: shape.member)
    guard forMembers >= Int(shape.members), let rest = shape.rest else {
      return RoomShortage(
        member: shape.member, nodes: Int(shape.members), nodesThatFit: forMembers)
    }
    return RoomShortage(
      member: rest, nodes: shape.nodeCount, nodesThatFit: nodes(thatFit: rest))
  }

  /// The same for a gang that may not have all nodes, or must be close: its best model's.
  private func shortage(inDomainsOf shape: GangShape, _ wait: TimeSpan) -> RoomShortage {
    let level = shape.closeness.required(afterWaiting: wait)
    var most = 0
    forEachChoice(of: shape) { occupancy, choice in
      let search = occupancy.search(shape, choice, afterWaiting: wait)
      most = max(most, level.map { search.most(at: $0)?.nodes ?? 0 } ?? search.total)
      return true
    }
    return RoomShortage(
      member: shape.member, nodes: shape.nodeCount, nodesThatFit: most, level: level)
  }
}
