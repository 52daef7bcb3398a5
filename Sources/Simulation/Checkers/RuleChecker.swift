public import Units

/// Watches whether one rule is kept, and writes down where it is not.
public protocol RuleChecker: ReplayObserver, Sendable {
  /// Where it was broken, in order of time.
  var violations: [RuleViolation] { get }
}

/// A rule was broken.
public struct RuleViolation: Hashable, Sendable {
  /// When.
  public var instant: Instant

  /// How, with numbers.
  public var what: String

  init(_ instant: Instant, _ what: String) {
    self.instant = instant
    self.what = what
  }
}

extension RuleViolation: CustomStringConvertible {
  public var description: String { "at \(instant.milliseconds) ms: \(what)" }
}
