public import Wire

/// How an agent speaks to the controller.
///
/// A call that the controller refuses throws its `Refusal`; any other error says that it could not
/// be reached.
public protocol ControllerLink: Sendable {
  /// Says who is there, and what still runs.
  func register(_ registration: AgentRegistration) async throws -> AgentSession

  /// Delivers reports; an empty batch says only that the agent is there.
  func report(_ batch: ReportBatch, _ session: AgentSession) async throws -> ReportReceipt

  /// Asks for commands after one, and waits for them at most so many milliseconds.
  func commands(
    _ session: AgentSession, after: UInt64, wait: Int64
  ) async throws -> CommandBatch
}

/// What runs an agent's tasks: real processes, or an emulated fleet.
///
/// It posts what happens to the outbox that it was made with, and says it again after a restart
/// until it is acknowledged.
public protocol TaskHost: Sendable {
  /// The nodes as they are registered.
  func nodes() async -> [AgentRegistration.Node]

  /// The members that have tasks, or whose end is not acknowledged.
  func members() async -> [MemberName]

  /// A session has begun: launches of an older epoch are refused from now on.
  func joined(_ session: AgentSession) async

  /// Does what it is told. Doing it twice is doing it once.
  func obey(_ command: AgentCommand) async

  /// The controller has these for good.
  func acknowledged(_ reports: [Report]) async

  /// Ends all tasks: the controller could not be reached for too long.
  func fence() async

  /// Looks after itself: called every few seconds.
  func check() async
}
