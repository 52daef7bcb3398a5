public import Fleet
public import Units

/// Something that agents or operators say of nodes, and that is kept.
public enum NodeNote: Hashable, Sendable {
  /// The agent that speaks for them: the number that was drawn when its folder was new.
  case agent(UInt64)
  /// For how long that agent lets tasks run on without a controller.
  case fence(TimeSpan)
  /// What operators want of them, and why.
  case wanted(NodeCondition, reason: String)
  /// What their agent finds wrong with them; empty: nothing, any more.
  case trouble(String)
}
