public import Control
public import Units

/// Something that befalls a simulated cluster beside its jobs: a cancel, a hold, a node that
/// breaks.
///
/// The jobs on a node that fails fail with it.
public struct Incident: Hashable, Sendable {
  /// When.
  public var instant: Instant

  /// What the controller hears of it.
  public var input: Input

  /// An incident.
  public init(at instant: Instant, _ input: Input) {
    self.instant = instant
    self.input = input
  }
}
