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
