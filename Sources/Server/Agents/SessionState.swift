import Units
import Wire

/// All that one agent's process and the controller say to each other between two registrations.
struct SessionState: Sendable {
  private struct Waiting: Sendable {
    var command: AgentCommand
    /// When the time limit of what it is about is over.
    var deadline: Instant?
  }

  /// What the agent's process is called.
  let agent: String
  /// Which agent it is.
  let instance: UInt64
  /// Its nodes.
  var nodes: Set<NodeID>
  /// Whether it was refused nodes that the fleet may have later.
  var lacksNodes = false
  /// The last of its reports that was taken in.
  var received: UInt64 = 0
  /// The first number of its last batch: all before it are acknowledged, and never come again.
  var oldest: UInt64 = 1
  /// When it was heard of last.
  var heard: Instant
  /// Who waits for its next command.
  var gate: Gate?
  /// Commands that it has not acknowledged, the first of them with this number.
  private var waiting: [Waiting] = []
  private var first: UInt64 = 1
  /// How many of them were given out, and may come with the next answer again.
  private var given = 0

  init(agent: String, instance: UInt64, nodes: Set<NodeID>, heard: Instant) {
    self.agent = agent
    self.instance = instance
    self.nodes = nodes
    self.heard = heard
  }

  /// Puts a command behind the others; returns who waits for one.
  ///
  /// - Parameter deadline: when the time limit is over of what it is about, if it has one.
  mutating func add(_ command: AgentCommand, until deadline: Instant? = nil) -> Gate? {
    waiting.append(
      Waiting(command: command, deadline: deadline == .distantFuture ? nil : deadline))
    defer { gate = nil }
    return gate
  }

  /// Takes back the launches of an attempt that were not given out yet.
  mutating func withdraw(_ job: UInt32, attempt: UInt16) {
    changeLaunches(of: job, attempt: attempt) { _ in nil }
  }

  /// Takes back the launch of a member that was not given out yet.
  mutating func withdraw(member: Int, of job: UInt32, attempt: UInt16) {
    changeLaunches(of: job, attempt: attempt) { command in
      switch command {
      case .launch(var launch):
        launch.members.removeAll { $0.member == member }
        return launch.members.isEmpty ? nil : .launch(launch)
      case .resize(var launch, let leaving, let signal):
        // Others may have to leave.
        launch.members.removeAll { $0.member == member }
        return .resize(launch, leaving: leaving, signal: signal)
      case .signal, .terminate, .forget, .readOutput: return command
      }
    }
  }

  /// Puts others in the place of an attempt's launches that were not given out yet; nil: none.
  private mutating func changeLaunches(
    of job: UInt32, attempt: UInt16, _ change: (AgentCommand) -> AgentCommand?
  ) {
    var place = given
    while place < waiting.count {
      switch waiting[place].command {
      case .launch(let launch) where launch.job == job && launch.attempt == attempt,
        .resize(let launch, _, _) where launch.job == job && launch.attempt == attempt:
        guard let next = change(waiting[place].command) else {
          waiting.remove(at: place)
          continue
        }
        waiting[place].command = next
      case .launch, .resize, .signal, .terminate, .forget, .readOutput: break
      }
      place += 1
    }
  }

  /// Whether a command waits to be acknowledged.
  func holds(_ command: AgentCommand) -> Bool { waiting.contains { $0.command == command } }

  /// The signals that it has not acknowledged.
  var signals: [AgentCommand] {
    waiting.compactMap { if case .signal = $0.command { $0.command } else { nil } }
  }

  /// The commands behind a number, which is hereby acknowledged: as many as fit, one at least.
  mutating func commands(after number: UInt64, most: Int, at now: Instant) -> CommandBatch {
    if number >= first {
      let done = Int(min(number - first + 1, UInt64(waiting.count)))
      waiting.removeFirst(done)
      first += UInt64(done)
      given = max(0, given - done)
    }
    var commands: [AgentCommand] = []
    var bytes = 0
    for next in waiting.prefix(most) {
      bytes += next.command.roughBytes
      guard commands.isEmpty || bytes <= Self.mostBytes else { break }
      commands.append(next.command.timed(next.deadline.map { max(.zero, $0 - now) }))
    }
    given = max(given, commands.count)
    return CommandBatch(first: first, commands: commands)
  }

  /// The most bytes of one answer, roughly.
  private static let mostBytes = 16 << 20
}

extension AgentCommand {
  /// The same, with what is left of the time limit as it is sent.
  fileprivate func timed(_ left: TimeSpan?) -> AgentCommand {
    switch self {
    case .launch(var launch):
      launch.timeLeftMs = left?.milliseconds
      return .launch(launch)
    case .resize(var launch, let leaving, let signal):
      launch.timeLeftMs = left?.milliseconds
      return .resize(launch, leaving: leaving, signal: signal)
    case .signal, .terminate, .forget, .readOutput: return self
    }
  }

  /// About as many bytes as it takes, where that is many.
  fileprivate var roughBytes: Int {
    switch self {
    case .launch(let launch), .resize(let launch, _, _):
      launch.task.environment.reduce(launch.task.script.utf8.count + launch.nodes.utf8.count) {
        $0 + $1.key.utf8.count + $1.value.utf8.count
      } + 200 * (launch.members.count + 4)
    case .signal, .terminate, .forget, .readOutput: 200
    }
  }
}
