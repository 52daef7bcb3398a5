import Cluster
import Units

/// What each site's jobs will draw over time, as far as runs, claims and promises are known.
///
/// In milliwatts at the site's meter, as `PowerMeter` reckons it.
///
/// Complexity: O(changes known) to enter one and to search.
struct PowerProfile: Sendable {
  /// From an instant on, so much more is drawn, or less.
  private struct Change: Sendable {
    var at: Instant
    var by: Int
  }

  private struct Site: Sendable {
    /// What is drawn before the first change.
    var base = 0
    /// In order, one an instant.
    private(set) var changes: [Change] = []
    /// The sum of the changes to more: it never draws more than this beyond the base.
    private(set) var rise = 0

    /// Takes in the changes until an instant.
    mutating func advance(to now: Instant) {
      let past = changes.prefix { $0.at <= now }
      guard !past.isEmpty else { return }
      base += past.reduce(0) { $0 + $1.by }
      rise -= past.reduce(0) { $0 + max(0, $1.by) }
      changes.removeFirst(past.count)
    }

    mutating func change(by amount: Int, at instant: Instant) {
      guard amount != 0 else { return }
      var (low, high) = (0, changes.count)
      while low < high {
        let middle = (low + high) / 2
        if changes[middle].at < instant { low = middle + 1 } else { high = middle }
      }
      guard low < changes.count, changes[low].at == instant else {
        changes.insert(Change(at: instant, by: amount), at: low)
        rise += max(0, amount)
        return
      }
      rise -= max(0, changes[low].by)
      changes[low].by += amount
      rise += max(0, changes[low].by)
      if changes[low].by == 0 { changes.remove(at: low) }
    }
  }

  /// What a site could not feed, and when first.
  struct Overload: Sendable {
    var site: Int
    var drawn: Int
    var most: Int
    /// When it is over at the earliest.
    var end: Instant
  }

  private static let day = TimeSpan.seconds(86_400)

  private let meter: PowerMeter
  private var sites: [Site]

  /// A profile of a fleet on which nothing is known to run.
  init(_ meter: PowerMeter) {
    self.meter = meter
    sites = Array(repeating: Site(), count: meter.siteCount)
  }

  /// So much is drawn in a time, by site.
  mutating func hold(_ draw: [Int], from start: Instant, to end: Instant) {
    guard start < end else { return }
    for site in sites.indices {
      sites[site].change(by: draw[site], at: start)
      if end < .distantFuture { sites[site].change(by: -draw[site], at: end) }
    }
  }

  /// So much less is drawn in a time than was to be, by site.
  mutating func release(_ draw: [Int], from start: Instant, to end: Instant) {
    hold(draw.map { -$0 }, from: start, to: end)
  }

  /// Forgets what was before `now`.
  mutating func advance(to now: Instant) {
    for site in sites.indices { sites[site].advance(to: now) }
  }

  /// Whether a gang that draws so much at any site at most can be fed whenever and wherever it is;
  /// false says nothing.
  func feeds(_ draw: Int) -> Bool { sites.indices.allSatisfy { feeds(draw, atSite: $0) } }

  private func feeds(_ draw: Int, atSite site: Int) -> Bool {
    meter.feeds(sites[site].base + sites[site].rise + draw, atSite: site)
  }

  /// Where a gang with such a draw would be too much in a time; nil: nowhere.
  func overload(by draw: [Int], from start: Instant, to end: Instant) -> Overload? {
    for site in sites.indices where draw[site] > 0 {
      if let overload = overload(of: site, by: draw[site], from: start, to: end) {
        return overload
      }
    }
    return nil
  }

  /// The earliest time from which such a draw can be fed throughout a span; nil: never.
  func earliest(for draw: [Int], lasting span: TimeSpan, from start: Instant) -> Instant? {
    var start = start
    let last = sites.reduce(start) { max($0, $1.changes.last?.at ?? start) }
    // After the last change each day is like the one before.
    while start <= last + Self.day + Self.day {
      guard let overload = overload(by: draw, from: start, to: start + span) else { return start }
      guard overload.end < .distantFuture else { return nil }
      start = overload.end
    }
    return nil
  }

  private func overload(
    of site: Int, by draw: Int, from start: Instant, to end: Instant
  ) -> Overload? {
    guard !feeds(draw, atSite: site) else { return nil }
    let changes = sites[site].changes
    var level = sites[site].base
    var (next, from) = (0, start)
    // What it may draw, and until when.
    var (most, step) = (0, start)
    while from < end {
      while next < changes.count, changes[next].at <= from {
        level += changes[next].by
        next += 1
      }
      if step <= from {
        guard let limit = meter.limit(ofSite: site, at: from) else { return nil }
        (most, step) = (limit, meter.nextStep(ofSite: site, after: from) ?? .distantFuture)
      }
      let until = next < changes.count ? min(step, changes[next].at) : step
      if level + draw > most {
        return Overload(site: site, drawn: level, most: most, end: until)
      }
      from = until
    }
    return nil
  }
}
