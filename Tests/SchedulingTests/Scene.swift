import Accounts
import Cluster
import Control
import Fleet
import Jobs
import Policy
import Scheduling
import Units

/// A small cluster in which things happen minute by minute, from Monday morning at eight on.
struct Scene {
  /// 2026-03-02 08:00 UTC.
  static let morning = Instant(milliseconds: 1_772_438_400_000)

  var machine: ControlMachine
  private(set) var now = Scene.morning

  init(on topology: Topology, _ policy: ClusterPolicy) {
    machine = ControlMachine(topology: topology, policy: policy)
  }

  @discardableResult
  mutating func give(_ input: Input) -> [Effect] {
    var effects: [Effect] = []
    machine.handle(input, at: now, into: &effects)
    machine.state.checkInvariants()
    return effects
  }

  /// Time passes.
  mutating func pass(minutes: Int64) {
    now = now + .seconds(minutes * 60)
    give(.tick)
  }

  /// Somebody submits a job: the number it gets.
  @discardableResult
  mutating func submit(_ request: JobRequest) -> JobID {
    let id = machine.state.nextJob
    let effects = give(.submit(request))
    precondition(effects.contains(.accepted(id)), "\(effects)")
    return id
  }

  /// The same, by an account's path and a mode's name.
  @discardableResult
  mutating func submit(
    _ shape: GangShape, minutes: Int64, by path: String? = nil, mode: String? = nil,
    _ terms: ((inout JobTerms.Options) -> Void)? = nil
  ) -> JobID {
    var request = JobRequest(shape: shape, timeLimit: .seconds(minutes * 60))
    if let path, let account = machine.policy.accounts.account(path: path) {
      request.account = account
    }
    if let mode, let place = machine.policy.modes.firstIndex(where: { $0.name == mode }) {
      request.mode = ModeID(UInt8(place))
    }
    if let terms {
      var options = JobTerms.Options()
      terms(&options)
      request.terms = JobTerms(options)
      if options.throttle != nil { request.array = machine.state.nextJob }
    }
    return submit(request)
  }

  /// A job's tasks end.
  mutating func end(_ job: JobID, _ exit: TaskExit = .finished) {
    guard let run = machine.state.jobs[job]?.lifecycle.run else { preconditionFailure("no run") }
    give(.tasksGone(job, run.attempt, exit))
  }

  func isRunning(_ job: JobID) -> Bool { machine.state.jobs[job]?.lifecycle.run != nil }
}

// MARK: Fleets

extension Topology {
  /// Leaves of nodes with so many accelerators each; a model a leaf, where models are named.
  static func leaves(
    _ leaves: Int = 2, nodes: Int = 2, accelerators: Int = 4, models: [String] = ["h100"],
    site: String? = nil
  ) throws -> Topology {
    var builder = TopologyBuilder(name: "small")
    if let site { try builder.open(.site, site) }
    for leaf in 0..<leaves {
      try builder.open(.leaf, "l\(leaf)")
      let model = models[leaf % models.count]
      var type = NodeType(name: model, acceleratorModel: model, accelerators: accelerators)
      type.acceleratorWatts = 700
      try builder.addNodes((0..<nodes).map { NodeName("n\(leaf)\($0)") }, type: type)
      try builder.close()
    }
    if site != nil { try builder.close() }
    return try builder.build()
  }
}

// MARK: Shapes

extension GangShape {
  /// So many nodes of four accelerators, whole.
  static func nodes(
    _ count: Int, within level: DomainLevel? = nil, models: [String] = []
  ) -> GangShape {
    GangShape(
      members: count, member: MemberShape(accelerators: 4),
      closeness: level.map { .within($0) } ?? .closest,
      eligibility: models.isEmpty ? nil : Eligibility(models: models))
  }

  /// So many accelerators of one node.
  static func part(_ accelerators: Int) -> GangShape {
    GangShape(members: 1, member: MemberShape(accelerators: accelerators))
  }
}

// MARK: Policies

extension ClusterPolicy {
  /// Fair share between two members, each entitled to half, with two users each.
  static func shared(_ tune: (inout ClusterPolicy) -> Void = { _ in }) -> ClusterPolicy {
    var policy = ClusterPolicy(name: "shared")
    policy.order = .fairShare
    policy.backfill = .reserving
    policy.accounts = .twoMembers()
    tune(&policy)
    return policy
  }

  /// A mode is added.
  mutating func add(mode name: String, _ tune: (inout AccessMode) -> Void = { _ in }) {
    var mode = AccessMode(name: name)
    tune(&mode)
    modes.append(mode)
  }
}

extension AccountTree {
  /// `alpha/ada`, `alpha/amy`, `beta/ben`, `beta/bob`.
  static func twoMembers(_ tune: (inout Account) -> Void = { _ in }) -> AccountTree {
    var tree = AccountTree(root: "consortium")
    for (name, users) in [("alpha", ["ada", "amy"]), ("beta", ["ben", "bob"])] {
      var member = Account(name: name, kind: .member, parent: .root)
      member.entitlement = Entitlement(ofEach: .fraction(500_000))
      tune(&member)
      let id = tree.add(member)
      for user in users {
        var account = Account(name: user, kind: .user, parent: id)
        tune(&account)
        tree.add(account)
      }
    }
    return tree
  }
}
