import Units

/// What one member of a gang needs on one node.
public struct MemberShape: Hashable, Sendable {
  /// Accelerators, 0…64.
  public var accelerators: UInt16

  /// How much of each of them.
  public var share: DeviceShare

  /// What it needs of the host.
  public var host: HostShare

  /// Whether it must have its node to itself.
  public var wholeNode: Bool

  /// A member's needs.
  public init(
    accelerators: Int, share: DeviceShare = .whole, host: HostShare = .none,
    wholeNode: Bool = false
  ) {
    self.accelerators = UInt16(accelerators)
    self.share = share
    self.host = host
    self.wholeNode = wholeNode
  }

  /// A member's needs, with whole cores.
  public init(accelerators: Int, cores: Int, wholeNode: Bool = false) {
    self.init(accelerators: accelerators, host: HostShare(cores: cores), wholeNode: wholeNode)
  }

  /// Whether wherever `self` fits, `other` would fit too.
  func covers(_ other: MemberShape) -> Bool {
    accelerators >= other.accelerators && (share == .whole || share == other.share)
      && host.covers(other.host) && (wholeNode || !other.wholeNode)
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

  /// How close together they must be.
  public let closeness: Closeness

  /// Which nodes they may have; nil: any.
  public let eligibility: Eligibility?

  /// A gang's shape.
  ///
  /// - Precondition: at least one member, and a rest that fits wherever a member does; counting
  ///   nodes decides exactly only then.
  public init(
    members: Int, member: MemberShape, rest: MemberShape? = nil,
    closeness: Closeness = .closest, eligibility: Eligibility? = nil
  ) {
    precondition(members > 0, "a gang of \(members) members")
    precondition(rest.map(member.covers) ?? true, "the rest is larger than a member")
    self.members = UInt32(members)
    self.member = member
    self.rest = rest
    self.closeness = closeness
    self.eligibility = eligibility
  }

  /// Whether there can be such a gang: at least one member, and a rest that fits where one does.
  public static func canBe(members: Int, member: MemberShape, rest: MemberShape?) -> Bool {
    members > 0 && members <= UInt32.max && rest.map(member.covers) ?? true
  }

  /// The same gang with another closeness.
  public func with(_ closeness: Closeness) -> GangShape {
    GangShape(
      members: Int(members), member: member, rest: rest, closeness: closeness,
      eligibility: eligibility)
  }

  /// The same gang on other nodes.
  public func with(_ eligibility: Eligibility?) -> GangShape {
    GangShape(
      members: Int(members), member: member, rest: rest, closeness: closeness,
      eligibility: eligibility)
  }

  /// How many nodes it takes.
  public var nodeCount: Int { Int(members) + (rest == nil ? 0 : 1) }

  /// How many accelerators it takes in all.
  public var acceleratorCount: Int {
    Int(members) * Int(member.accelerators) + Int(rest?.accelerators ?? 0)
  }

  /// How many thousandths of a core it takes in all.
  public var milliCores: Int {
    Int(members) * Int(member.host.milliCores) + Int(rest?.host.milliCores ?? 0)
  }

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
    if a.rest != b.rest {
      guard let first = a.rest, let second = b.rest else { return a.rest == nil }
      return first < second
    }
    if a.closeness != b.closeness { return a.closeness.key < b.closeness.key }
    return Eligibility.precedes(a.eligibility, b.eligibility)
  }
}

extension MemberShape: Comparable {
  public static func < (a: MemberShape, b: MemberShape) -> Bool {
    a.key != b.key ? a.key < b.key : a.host.key < b.host.key
  }

  private var key: UInt64 {
    UInt64(accelerators) << 32 | UInt64(share.key) << 1 | (wholeNode ? 1 : 0)
  }
}

extension Closeness {
  fileprivate var key: (UInt64, UInt64, Int64) {
    let required = required.map { UInt64($0.rawValue) + 1 } ?? 0
    let preferred = preferred.map { UInt64($0.rawValue) + 1 } ?? 0
    return (
      required << 16 | preferred << 8 | division.key, segments.key, longestWait.milliseconds
    )
  }
}

extension HostShare {
  fileprivate var key: UInt64 {
    UInt64(UInt32(bitPattern: milliCores)) << 32 | UInt64(UInt32(bitPattern: memory))
  }
}

extension DeviceShare {
  fileprivate var key: UInt32 {
    switch self {
    case .whole: 0
    case .milli(let part): UInt32(part)
    case .mig(let profile):
      0x1_0000 | UInt32(profile.geometry.rawValue) << 8 | UInt32(profile.kind.rawValue)
    }
  }
}
