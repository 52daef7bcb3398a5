import Cluster
import Fleet
import Units

/// What will be free, and what will be drawn, over time: what runs ends at its limit, claims and
/// promises are kept.
struct Forecast: Sendable {
  /// Accelerators and hosts.
  var capacity: CapacityProfile

  /// Power; nil where no site has a budget.
  private var power: PowerProfile?

  /// Another number whenever sites are to draw more or less; always the same where none is limited.
  private(set) var powerChanges = 0

  private let meter: PowerMeter
  private let topology: Topology

  /// A fleet in the state of service that an occupancy shows, on which nothing is known to run.
  init(servingAs occupancy: Occupancy, _ meter: PowerMeter) {
    capacity = CapacityProfile(servingAs: occupancy, namingNodes: true)
    power = meter.isUnlimited ? nil : PowerProfile(meter)
    self.meter = meter
    topology = occupancy.topology
  }

  /// Whether power is short at any site.
  var isLimited: Bool { power != nil }

  /// Whether a gang that draws so much at any site at most can be fed beside all that is known,
  /// wherever and whenever it is; false says nothing.
  func feeds(_ draw: Int) -> Bool { power?.feeds(draw) ?? true }

  /// Forgets what was before `now`; says what has come to pass since.
  @discardableResult
  mutating func advance(to now: Instant) -> TimelinePassage {
    power?.advance(to: now)
    return capacity.advance(to: now)
  }

  /// Marks what a gang has, or is promised.
  mutating func hold(_ shape: GangShape, as reservation: Reservation, for span: TimeSpan) {
    capacity.hold(shape, as: reservation, for: span)
    guard let allocation = reservation.allocation else { return }
    holdPower(of: allocation, from: reservation.start, to: reservation.start + span)
  }

  /// Marks what a gang had, or was promised, as free from `from` to the end of its window.
  mutating func release(
    _ shape: GangShape, as reservation: Reservation, for span: TimeSpan, from: Instant
  ) {
    capacity.release(shape, as: reservation, for: span, from: from)
    guard let allocation = reservation.allocation else { return }
    let start = max(from, reservation.start)
    releasePower(of: allocation, from: start, to: reservation.start + span)
  }

  /// Marks what a gang draws whose nodes no timeline knows, as it runs in a window.
  mutating func holdPower(of allocation: Allocation, from start: Instant, to end: Instant) {
    if power != nil { powerChanges += 1 }
    power?.hold(meter.draw(of: allocation, on: topology), from: start, to: end)
  }

  /// Takes back what `holdPower` marked.
  mutating func releasePower(of allocation: Allocation, from start: Instant, to end: Instant) {
    if power != nil { powerChanges += 1 }
    power?.release(meter.draw(of: allocation, on: topology), from: start, to: end)
  }

  /// The earliest window of `span` in which a gang fits and is fed, from `now` on; nil where none
  /// starts before a `bound`, or ever.
  func earliestFit(
    of shape: GangShape, for span: TimeSpan, from now: Instant,
    before bound: Instant = .distantFuture
  ) -> Reservation? {
    var start = now
    while start < bound,
      let found = capacity.earliestFit(of: shape, for: span, from: start, before: bound)
    {
      guard let power, let allocation = found.allocation else { return found }
      let draw = meter.draw(of: allocation, on: topology)
      guard let fed = power.earliest(for: draw, lasting: span, from: found.start) else {
        return nil
      }
      if fed == found.start { return found }
      start = fed
    }
    return nil
  }

  /// Which site could not feed a gang throughout a time beside all that is known; nil: none.
  func powerObstacle(
    to allocation: Allocation, from start: Instant, to end: Instant
  ) -> Verdict? {
    guard let power else { return nil }
    let draw = meter.draw(of: allocation, on: topology)
    return power.overload(by: draw, from: start, to: end).map {
      .power(site: $0.site, drawn: $0.drawn, asked: draw[$0.site], most: $0.most)
    }
  }
}
