import Foundation
public import Wire

/// Runs the tasks of one node as processes, each member's behind a shim of its own.
///
/// All that it knows of a member lies in the member's folder: a new host over the same state finds
/// the living shims and the ends of the others.
public actor NodeHost: TaskHost {
  /// A member as its host sees it.
  ///
  ///     launched ──started──▶ running ──end──▶ ended ──forget──▶ (past)
  ///        └────────────────end───────────────▶
  struct Member {
    enum Stage {
      /// Its shim was spawned, or found; its tasks may not be there yet.
      case launched
      /// Its tasks run.
      case running
      /// It is over, and how is in its folder.
      case ended
    }

    var record: LaunchRecord
    var directory: MemberDirectory
    var stage = Stage.launched
    /// The number of its folder among the watched.
    var watch: Int32?
    var checkpoints = 0
    var status = ""
    /// So many of its checkpoints are acknowledged; nil: not even that it was started.
    var acknowledged: Int?
    /// Whether its end is acknowledged.
    var isTold = false
    /// When this agent learnt of its end, on the boot clock.
    var endedMs: Int64?
    /// What of that is kept for a successor.
    var told = Told()
    /// The resize that let it go: its end is reported as one.
    var isLetGo = false
    /// When its tasks were started, on the boot clock; nil: before this agent was.
    var startedMs: Int64?
  }

  let options: NodeOptions
  let outbox: ReportOutbox
  let groups: ControlGroups
  var running: [MemberName: Member] = [:]
  var past: PastMembers
  /// What gangs are to have here once members that were told to leave are gone.
  var resized: [GangLaunch] = []
  var epoch: UInt64 = 0
  var quickFailures = QuickFailures()
  var trouble: String?
  let accelerators: Accelerators
  let watcher: ShimWatcher
  /// Where it keeps what must outlive it.
  let state: String
  /// Tells this folder's members from those of any other: it is part of their tags.
  let identity: String

  /// The host of a node; what an earlier one left in the same folder is found again.
  ///
  /// - Throws: where the folder can't be written or watched.
  public init(
    _ options: NodeOptions, in folder: AgentFolder, outbox: ReportOutbox
  ) async throws {
    self.options = options
    self.outbox = outbox
    groups = ControlGroups.find(below: options.controlGroup, log: options.log)
    accelerators = Accelerators(options)
    state = folder.path
    try FileManager.default.createDirectory(
      atPath: state + "/members", withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o711])
    identity = folder.identity
    past = PastMembers(file: state + "/past")
    epoch = folder.served.epoch
    watcher = try ShimWatcher()
    watcher.start { [weak self] event in await self?.happened(event) }
    adoptAll()
  }

  deinit { watcher.stop() }

  /// Marks a member's processes and control groups.
  func tag(_ name: String) -> String { "\(name)-\(identity)" }

  var membersFolder: String { state + "/members" }

  // MARK: TaskHost

  /// The node as it is registered, and how it is.
  public func nodes() -> [AgentRegistration.Node] {
    trouble = wellbeing()
    var node = options.node
    node.trouble = trouble
    return [node]
  }

  /// Those with tasks, or with an end that is not acknowledged.
  public func members() -> [MemberName] {
    running.filter { !$0.value.isTold }.keys
      .sorted { ($0.job, $0.attempt, $0.member) < ($1.job, $1.attempt, $1.member) }
  }

  /// Orders of an older epoch are refused from now on.
  public func joined(_ session: AgentSession) { epoch = max(epoch, session.epoch) }

  /// Does what it is told; launches, of each member once.
  public func obey(_ command: AgentCommand) {
    switch command {
    case .launch(let launch): launchAll(launch)
    case .signal(let job, let attempt, let name): signal(job, attempt, name)
    case .terminate(let job, let attempt, let grace):
      for name in members(job, attempt) { terminate(name, graceMs: grace) }
    case .resize(let launch, let leaving, let signal): resize(launch, leaving, signal)
    case .forget(let job, let attempt): forget(job, attempt)
    case .readOutput(let question): outbox.post(.output(answer(question)))
    }
  }

  /// Need not be said again after a restart.
  public func acknowledged(_ reports: [Report]) {
    for report in reports {
      switch report {
      case .ended(let name, _), .notStarted(let name, _), .resized(let name):
        guard let member = running[name], member.stage == .ended else { break }
        running[name]?.isTold = true
      case .started(let name), .checkpointed(let name):
        let checkpoints = running[name]?.checkpoints ?? 0
        running[name]?.acknowledged = checkpoints
      case .status, .health, .output: break
      }
    }
  }

  /// Ends all tasks.
  public func fence() {
    for (name, member) in running where member.stage != .ended {
      options.log("\(name.fileName): ended, the controller was away for too long")
      terminate(name, graceMs: 5_000)
    }
  }

  /// Looks for ends whose notice was lost, and after the node's health.
  public func check() {
    // A notice may be lost; files are not.
    for (name, member) in running where member.stage != .ended { look(name) }
    for name in running.keys { keepTold(name) }
    forgetOld()
    let found = wellbeing()
    guard found != trouble else { return }
    trouble = found
    options.log("health: \(found ?? "well again")")
    outbox.post(.health(node: options.node.name, trouble: found))
  }

  /// What is wrong with the node, or nil.
  private func wellbeing() -> String? {
    if let room = Linux.diskRoom(state), room.free < Self.leastRoom {
      return "the agent's state folder \(state) has \(room.free >> 20) MiB left"
    }
    return accelerators.trouble() ?? quickFailures.trouble(at: Linux.bootMs)
  }

  private static let leastRoom: Int64 = 16 << 20

  func members(_ job: UInt32, _ attempt: UInt16) -> [MemberName] {
    running.keys.filter { $0.job == job && $0.attempt == attempt }
      .sorted { $0.member < $1.member }
  }

  /// Members whose end the controller has had for long may go though it does not say so: it was
  /// restarted between the two.
  private func forgetOld() {
    let limit = Linux.bootMs - options.keepsEndedMs
    for (name, member) in running where member.isTold && (member.endedMs ?? .max) <= limit {
      forget(name)
    }
  }

  /// Keeps what is acknowledged of a member.
  ///
  /// Now and then is enough: what is said again after a restart changes nothing, and most members
  /// are forgotten before it is their turn.
  private func keepTold(_ name: MemberName) {
    guard let member = running[name] else { return }
    let told = Told(
      isStarted: member.acknowledged != nil, checkpoints: member.acknowledged ?? 0,
      isEnded: member.isTold)
    guard told != member.told,
      (try? member.directory.write("told", Data(told.text.utf8))) != nil
    else { return }
    running[name]?.told = told
  }
}

/// What the controller has acknowledged of a member.
struct Told: Equatable {
  var isStarted = false
  var checkpoints = 0
  var isEnded = false

  /// Nothing, or what the file in a member's folder says.
  init(_ directory: MemberDirectory) {
    guard let lines = directory.lines("told") else { return }
    isStarted = lines["started"] == "1"
    checkpoints = lines["checkpoints"].flatMap { Int($0) } ?? 0
    isEnded = lines["ended"] == "1"
  }

  init(isStarted: Bool = false, checkpoints: Int = 0, isEnded: Bool = false) {
    self.isStarted = isStarted
    self.checkpoints = checkpoints
    self.isEnded = isEnded
  }

  var text: String {
    "started \(isStarted ? 1 : 0)\ncheckpoints \(checkpoints)\nended \(isEnded ? 1 : 0)\n"
  }
}

/// What an agent was told about one member, as it is kept for its successor.
struct LaunchRecord: Codable {
  /// With this member alone.
  var launch: GangLaunch
  var output: String
  var errors: String?
  /// Marks the member's processes, by a word in their environment.
  var tag: String
  /// What its accelerators had drawn before it, in millijoules.
  var energyBefore: Int64?

  var member: GangLaunch.Member { launch.members[0] }
  var name: MemberName {
    MemberName(job: launch.job, attempt: launch.attempt, member: member.member)
  }
}
