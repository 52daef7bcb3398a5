import Fleet
import Jobs
import Units

/// A member of an attempt, as agents name it.
struct SwarmMember: Hashable, Sendable {
  var job: JobID
  var attempt: AttemptNumber
  var number: UInt32
}

/// A member's tasks on a node, running or over.
struct SwarmTask: Sendable {
  var member: SwarmMember
  /// Its job's place in the world.
  var place: Int
  var slice: NodeSlice
  var shares: [DeviceHold]
  var host: HostShare
  /// How it has ended; nil: it runs.
  var exit: TaskExit?

  var isRunning: Bool { exit == nil }

  /// Whether it holds a whole accelerator that another holds any of.
  func contends(with other: SwarmTask) -> Bool {
    if slice.accelerators & other.slice.accelerators != 0 { return true }
    if other.shares.contains(where: { slice.accelerators & (1 << UInt64($0.device)) != 0 }) {
      return true
    }
    return shares.contains { other.slice.accelerators & (1 << UInt64($0.device)) != 0 }
  }
}

/// A node as it really is, whatever the controller thinks.
struct SwarmNode: Sendable {
  let name: String
  let type: NodeType
  /// Whether anything can run there.
  var hasPower = true
  /// Whether its agent reaches the controller.
  var hasLink = true
  /// Its session with the controller; nil: it has none.
  var session: UInt64?
  /// What its agent is told once its registration is answered; nil: it is, or there was none.
  var untold: Registration?
  /// When its agent heard of the controller last, in true time.
  var contact: Int64 = 0
  /// For how long it lets tasks run without a controller, in milliseconds.
  var fence: Int64
  /// How often it has lost touch: older news of that is void.
  var outage: UInt64 = 0
  /// When the last command arrives that is on its way: commands don't overtake each other.
  var lastArrival: Int64 = 0
  var tasks: [SwarmTask] = []
  /// The members that were created here, each once: the markers outlast everything.
  var created: Set<SwarmMember> = []

  /// Another that runs and with which a task can't run here: they, or all together, would hold more
  /// than there is.
  func rival(of task: SwarmTask) -> SwarmTask? {
    let others = tasks.filter(\.isRunning)
    if let other = others.first(where: { $0.contends(with: task) }) { return other }
    for share in task.shares {
      let rivals = others.filter { $0.shares.contains { $0.device == share.device } }
      let amounts = (rivals.flatMap(\.shares) + task.shares).filter { $0.device == share.device }
      let milli = amounts.reduce(0) { $0 + type.sharing.milli(of: $1.amount) }
      let isAmbiguous =
        if case .mig = type.sharing {
          type.sharing.milli(of: amounts.reduce(0) { $0 | $1.amount }) != milli
        } else {
          false
        }
      if milli > 1000 || isAmbiguous { return rivals.first ?? task }
    }
    let hosts = (others + [task]).map(\.host)
    let (cores, memory) = hosts.reduce((0, 0)) {
      ($0.0 + Int($1.milliCores), $0.1 + Int($1.memory))
    }
    let isOverfull =
      !type.host.isEmpty && (cores > type.host.milliCores || memory > type.host.memory)
    return isOverfull ? others.first ?? task : nil
  }

  /// A registration that is not answered before all that was told until then is durable.
  struct Registration: Sendable {
    var commands: [SwarmCommand] = []
    /// How many entries are to be durable; nil: that is not known yet.
    var entries: Int?
  }
}

/// What the controller tells an agent.
enum SwarmCommand: Sendable {
  case launch(SwarmTask)
  case leave(SwarmMember)
  case terminate(JobID, AttemptNumber)
  case signal(JobID, AttemptNumber)
  case forget(JobID, AttemptNumber)
}

/// What an agent tells the controller.
enum SwarmNews: Sendable {
  case ended(SwarmMember, TaskExit)
  case checkpointed(JobID, AttemptNumber)
}
