public import Units

/// What a site may draw, over the day.
public struct PowerBudget: Hashable, Sendable {
  /// From a time of the day on, so much.
  public struct Step: Hashable, Sendable {
    /// Since midnight, UTC; less than a day.
    public var from: TimeSpan
    /// The most that the site may draw, at its meter.
    public var watts: Int

    /// A step.
    public init(from: TimeSpan, watts: Int) {
      self.from = from
      self.watts = watts
    }
  }

  /// The site's name in the fleet file.
  public var site: String

  /// The steps of a day in order; the last one lasts over midnight until the first.
  public var steps: [Step]

  /// What the site draws at its meter, in thousandths of what its machines draw.
  public var pueMilli = 1000

  /// What of its accelerators' nominal watts a job is reckoned with, in thousandths.
  public var factorMilli = 1000

  /// What a node draws beside its accelerators, while a job holds any of it.
  public var nodeWatts = 0

  /// A budget that is the same all day.
  public init(site: String, watts: Int) {
    self.site = site
    steps = [Step(from: .zero, watts: watts)]
  }
}

extension PowerBudget {
  private static let day: Int64 = 86_400_000

  /// The most that the site may draw at an instant. O(steps)
  public func watts(at instant: Instant) -> Int {
    let time = Self.timeOfDay(instant)
    let step = steps.last { $0.from.milliseconds <= time }
    return (step ?? steps[steps.count - 1]).watts
  }

  /// The least that the site may draw at any time. O(steps)
  public var lowestWatts: Int { steps.reduce(.max) { min($0, $1.watts) } }

  /// The least of that in a window. O(steps)
  public func leastWatts(from start: Instant, to end: Instant) -> Int {
    guard end > start else { return watts(at: start) }
    let span = end == .distantFuture ? Self.day : (end - start).milliseconds
    guard span < Self.day else { return lowestWatts }
    let first = Self.timeOfDay(start)
    return steps.reduce(watts(at: start)) { least, step in
      let ahead = (step.from.milliseconds - first + Self.day) % Self.day
      return ahead < span ? min(least, step.watts) : least
    }
  }

  /// When the next step begins after an instant; nil where there is but one.
  public func nextStep(after instant: Instant) -> Instant? {
    guard steps.count > 1 else { return nil }
    let time = Self.timeOfDay(instant)
    // Whoever asks often is not to wait for memory.
    let ahead = steps.reduce(Self.day) { least, step in
      let wait = (step.from.milliseconds - time + Self.day) % Self.day
      return wait == 0 ? least : min(least, wait)
    }
    return instant + TimeSpan(milliseconds: ahead)
  }

  private static func timeOfDay(_ instant: Instant) -> Int64 {
    let rest = instant.milliseconds % day
    return rest < 0 ? rest + day : rest
  }
}
