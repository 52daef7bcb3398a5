public import Wire

/// What an agent of one node is told when it starts.
public struct NodeOptions: Sendable {
  /// The node as it is registered.
  public var node: AgentRegistration.Node
  /// Where the agent keeps what must outlive it.
  public var state: String
  /// The shim's executable.
  public var shim: String
  /// Whether the accelerators are there, or are only played.
  public var hasRealAccelerators = false
  /// The library that speaks to NVIDIA's accelerators; nil: the usual one.
  public var nvml: String?
  /// Below which control group the tasks get theirs; nil: below the agent's own, or, of version 2
  /// and where the agent is root's, below `/muster`.
  public var controlGroup: String?
  /// A program that is run before a member's tasks, as the agent's user; nil: none.
  public var prolog: String?
  /// A program that is run after them, before what they held is free again; nil: none.
  public var epilog: String?
  /// How long a member is kept whose end is acknowledged, if the controller doesn't let it go.
  public var keepsEndedMs: Int64 = 600_000
  /// Takes a line for the log.
  public var log: @Sendable (String) -> Void = { _ in }

  /// A node whose agent keeps its state in a folder.
  public init(node: AgentRegistration.Node, state: String, shim: String) {
    self.node = node
    self.state = state
    self.shim = shim
  }
}
