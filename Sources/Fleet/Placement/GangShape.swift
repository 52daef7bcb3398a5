/// What one member of a gang needs on one node.
public struct MemberShape: Hashable, Sendable {
  /// Accelerators, 0…64.
  public var accelerators: UInt16

  /// Cores, 0…4,096.
  public var cores: UInt16

  /// Whether it must have its node to itself.
  public var wholeNode: Bool

  /// A member's needs.
  public init(accelerators: Int, cores: Int = 0, wholeNode: Bool = false) {
    self.accelerators = UInt16(accelerators)
    self.cores = UInt16(cores)
    self.wholeNode = wholeNode
  }

  /// Whether wherever `self` fits, `other` would fit too.
  func covers(_ other: MemberShape) -> Bool {
    accelerators >= other.accelerators && cores >= other.cores
      && (wholeNode || !other.wholeNode)
  }
}

/// What a gang needs: equal members on distinct nodes, and perhaps one smaller rest beside them.
///
/// 12 accelerators on nodes of 8 are one member of 8 and a rest of 4.
public struct GangShape: Hashable, Sendable {
  /// How many equal members, at least 1.
  public let members: UInt32

  /// What each of them needs.
  public let member: MemberShape

  /// What the last, smaller member needs, or nil where the members are all equal.
  public let rest: MemberShape?

  /// A gang's shape.
  ///
  /// - Precondition: at least one member, and a rest that fits wherever a member does; counting
  ///   nodes decides exactly only then.
  public init(members: Int, member: MemberShape, rest: MemberShape? = nil) {
    precondition(members > 0, "a gang of \(members) members")
    precondition(rest.map(member.covers) ?? true, "the rest is larger than a member")
    self.members = UInt32(members)
    self.member = member
    self.rest = rest
  }

  /// How many nodes it takes.
  public var nodeCount: Int { Int(members) + (rest == nil ? 0 : 1) }

  /// How many accelerators it takes in all.
  public var acceleratorCount: Int {
    Int(members) * Int(member.accelerators) + Int(rest?.accelerators ?? 0)
  }

  /// How many cores it takes in all.
  public var coreCount: Int { Int(members) * Int(member.cores) + Int(rest?.cores ?? 0) }

  /// `count` accelerators on nodes of `perNode`: one member up to that, then members and a rest.
  public static func accelerators(_ count: Int, perNode: Int) -> GangShape {
    split(count, perNode: perNode) { MemberShape(accelerators: $0) }
  }

  /// `count` cores on nodes of `perNode`, split as accelerators are.
  public static func cores(_ count: Int, perNode: Int) -> GangShape {
    split(count, perNode: perNode) { MemberShape(accelerators: 0, cores: $0) }
  }

  private static func split(
    _ count: Int, perNode: Int, _ shape: (Int) -> MemberShape
  ) -> GangShape {
    guard count > perNode else { return GangShape(members: 1, member: shape(count)) }
    let rest = count % perNode
    return GangShape(
      members: count / perNode, member: shape(perNode), rest: rest == 0 ? nil : shape(rest))
  }
}

extension GangShape: Comparable {
  /// Any total order will do: shapes are found by binary search.
  public static func < (a: GangShape, b: GangShape) -> Bool {
    if a.member != b.member { return a.member < b.member }
    if a.members != b.members { return a.members < b.members }
    switch (a.rest, b.rest) {
    case (_, nil): return false
    case (nil, _?): return true
    case (let a?, let b?): return a < b
    }
  }
}

extension MemberShape: Comparable {
  public static func < (a: MemberShape, b: MemberShape) -> Bool { a.key < b.key }

  private var key: UInt64 {
    UInt64(accelerators) << 32 | UInt64(cores) << 1 | (wholeNode ? 1 : 0)
  }
}
