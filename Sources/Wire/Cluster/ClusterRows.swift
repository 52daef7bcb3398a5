/// What the daemon says of itself.
public struct ServerStanding: Hashable, Codable, Sendable {
  /// The version of Muster.
  public var version: String
  /// The number of this controller among all that have had its journal.
  public var epoch: UInt64
  /// Its clock.
  public var now: Moment
  /// Since when it serves.
  public var since: Moment
  /// The last entry of the journal that is durable.
  public var journal: UInt64
  /// Who asks, as the daemon knows them; nil: nobody that it knows.
  public var user: String?
  /// What they may do.
  public var role: Role?

  /// A daemon's standing.
  public init(version: String, epoch: UInt64, now: Moment, since: Moment, journal: UInt64) {
    self.version = version
    self.epoch = epoch
    self.now = now
    self.since = since
    self.journal = journal
  }
}

/// What somebody may do.
public enum Role: String, Codable, CaseIterable, Sendable {
  /// Submits jobs, and sees and changes their own.
  case user
  /// The same, and for all of the accounts below theirs.
  case coordinator
  /// Sees and changes all jobs and nodes.
  case `operator`
  /// Changes policy, fleet, accounts and tokens too.
  case administrator
  /// Speaks for its nodes alone.
  case agent
}

/// A node as `gnodes` lists it.
public struct NodeRow: Hashable, Codable, Sendable {
  /// Its name.
  public var name: String
  /// The domains that hold it, widest first, by name.
  public var path: [String]
  /// The model of its accelerators; nil: it has none.
  public var model: String?
  /// How many accelerators it has.
  public var accelerators: Int
  /// Who holds each of them: a job's number, 0 where it is free; parts count as held.
  public var holders: [UInt32]
  /// What it has of cores, in thousandths, and how many of those are free.
  public var milliCores: Int
  /// Thousandths of cores that are free.
  public var freeMilliCores: Int
  /// Its memory in MiB.
  public var memoryMib: Int
  /// Memory that is free, in MiB.
  public var freeMemoryMib: Int
  /// Whether it takes work: `in service`, `cordoned`, `drained`, `failed` or `reserved`.
  public var condition: String
  /// Whether its agent is heard of: `connected`, `unreachable` or `unknown`.
  public var agent: String
  /// Why it is out of service, as whoever took it out has said.
  public var reason: String?

  /// A free node.
  public init(name: String, path: [String], condition: String, agent: String) {
    self.name = name
    self.path = path
    self.condition = condition
    self.agent = agent
    accelerators = 0
    holders = []
    milliCores = 0
    freeMilliCores = 0
    memoryMib = 0
    freeMemoryMib = 0
  }
}

/// What is to become of nodes.
public struct NodeChange: Hashable, Codable, Sendable {
  /// What they are to do.
  public enum Action: String, Codable, Sendable {
    /// Take no new work.
    case cordon
    /// Take no new work, and be empty.
    case drain
    /// Take work again.
    case resume
  }

  /// Which, as a hostlist.
  public var nodes: String
  /// What they are to do.
  public var action: Action
  /// Why.
  public var reason: String?

  /// A change of nodes.
  public init(nodes: String, action: Action, reason: String? = nil) {
    self.nodes = nodes
    self.action = action
    self.reason = reason
  }
}

/// An account as `gshare` lists it, in the order of a walk through the tree.
public struct AccountRow: Hashable, Codable, Sendable {
  /// Its path in the tree, `consortium/member/project/user`.
  public var path: String
  /// How far below the root it is.
  public var depth: Int
  /// Its weight among its siblings.
  public var weight: Double
  /// What it is entitled to, in accelerators of all models.
  public var entitled: Double
  /// What it holds now.
  public var held: Double
  /// What of that is borrowed.
  public var borrowed: Double
  /// What it lends now.
  public var lent: Double
  /// Its decayed usage in accelerator-hours.
  public var usageHours: Double
  /// Its place in the walk of fair share, 1 first; nil where it has nobody below that submits.
  public var rank: Int?
  /// What is left of its budget, in accelerator-hours; nil: it has none.
  public var budgetLeftHours: Double?

  /// An account that holds nothing.
  public init(path: String, depth: Int) {
    self.path = path
    self.depth = depth
    weight = 0
    entitled = 0
    held = 0
    borrowed = 0
    lent = 0
    usageHours = 0
  }
}

/// A finished attempt as `gacct` lists it.
public struct HistoryRow: Hashable, Codable, Sendable {
  /// The job, as it ended.
  public var job: JobRow
  /// What it was charged, in accelerator-hours at a charge rate of one.
  public var chargedHours: Double
  /// What it drew, in kilowatt-hours.
  public var energyKwh: Double?
  /// How often it was evicted.
  public var evictions: Int

  /// A job that is over.
  public init(job: JobRow, chargedHours: Double, evictions: Int) {
    self.job = job
    self.chargedHours = chargedHours
    self.evictions = evictions
  }
}

/// A change of the policy in force that needs no file: the daemon writes it into the policy.
public enum PolicyEdit: Hashable, Codable, Sendable {
  /// Nodes are kept for some accounts for a time.
  case reserve(
    name: String, nodes: String, from: Moment, untilMoment: Moment, accounts: [String])
  /// A reservation is given up.
  case unreserve(name: String)
  /// An account comes into being, below another.
  case addAccount(path: String, weight: Int)
  /// An account without jobs goes.
  case removeAccount(path: String)
  /// An account gets so many accelerator-hours between two instants; nil: it has no budget.
  case setBudget(path: String, hours: Int?, from: Moment?, untilMoment: Moment?)
}
