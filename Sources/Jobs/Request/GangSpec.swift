public import Fleet

/// What a person asks for: a gang, before a fleet says which shape it comes to.
public struct GangSpec: Hashable, Sendable {
  /// Accelerators, or parts of one, as they are written after `--gpus`.
  public struct Accelerators: Hashable, Sendable {
    /// The models it may be, the best first; empty: any.
    public var models: [String]
    /// How many, at least 1.
    public var count: Int
    /// How much of each.
    public var share: DeviceShare

    /// So many of any of these models.
    public init(models: [String] = [], count: Int = 1, share: DeviceShare = .whole) {
      self.models = models
      self.count = count
      self.share = share
    }
  }

  /// Accelerators in all; nil where each member's are given, or none.
  public var accelerators: Accelerators?

  /// Accelerators of each member; nil where they are given in all, or none.
  public var perMember: Accelerators?

  /// How many members; nil: as many nodes as the accelerators need.
  public var members: Int?

  /// The fewest members with which it goes on; nil: it is not elastic.
  public var leastMembers: Int?

  /// What each member needs of its host.
  public var host = HostShare.none

  /// Whether each member has its node to itself.
  public var isExclusive = false

  /// How close together they must be.
  public var closeness = Closeness.closest

  /// The countries whose sites may have it, two capital letters each, or `EU`; empty: any.
  public var residency: [String] = []

  /// The only nodes it may have, by name; empty: any.
  public var nodes: [String] = []

  /// Nodes that it may not have, by name.
  public var excluded: [String] = []

  /// Nothing is asked for yet.
  public init() {}
}

/// Why a gang can't be made out on a fleet.
public enum GangSpecError: Error, Hashable, Sendable {
  /// Neither accelerators nor cores nor whole nodes are asked for.
  case nothing
  /// Accelerators are counted both in all and for each member.
  case countedTwice
  /// A count that no gang can have.
  case members(Int)
  /// The fewest members of an elastic gang are none, or more than it has.
  case leastMembers(Int, of: Int)
  /// A count of accelerators for each member that no node has.
  case perMember(Int)
  /// The accelerators can't be divided evenly among the members.
  case indivisible(Int, members: Int)
  /// Nodes of the models differ in how many accelerators they have.
  case sizesDiffer(models: [String])
  /// No two capital letters.
  case noCountry(String)
  /// The fleet has no such node, which an option names.
  case noNode(String, option: String)
}

extension GangSpecError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .nothing: "nothing is asked for: give --gpus, --cores or --exclusive"
    case .countedTwice:
      "--gpus counts all and --gpus-per-member each: give one of them"
    case .members(let count): "--members \(count): give 1 to \(GangSpec.mostMembers)"
    case .leastMembers(let least, let members):
      "an elastic gang of \(members) members can't go on with \(least): give 1 to \(members)"
    case .perMember(let count):
      "\(count) accelerators of each member: give 0 to \(UInt16.max), and --members for more"
    case .indivisible(let count, let members):
      """
      --gpus \(count) can't be divided among \(members) members: give a multiple, or \
      --gpus-per-member
      """
    case .sizesDiffer(let models):
      """
      the nodes of \(models.joined(separator: " and ")) differ in size: give --members and \
      --gpus-per-member
      """
    case .noCountry(let word):
      "--residency: '\(word)' is no country; write two capital letters, or EU"
    case .noNode(let name, let option): "\(option): the fleet has no node '\(name)'"
    }
  }
}
