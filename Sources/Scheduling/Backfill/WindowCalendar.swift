import Fleet
import Policy
import Units

/// When which nodes are kept: the policy's windows, on a fleet.
struct WindowCalendar: Sendable {
  /// One time that a window comes.
  struct Occurrence: Sendable {
    var name: String
    var from: Instant
    var until: Instant
    /// All that its nodes have.
    var allocation: Allocation
  }

  /// How far ahead the calendar looks: further than any time limit.
  private static let horizon = TimeSpan.seconds(400 * 86_400)

  private struct Window: Sendable {
    var window: CapacityWindow
    var allocation: Allocation
  }

  private let windows: [Window]

  /// Brings `upcoming` up to date; whether others are now. Time never runs backwards.
  mutating func advance(to now: Instant) -> Bool {
    guard upcomingUntil <= now else { return false }
    upcoming = occurrences(from: now)
    upcomingUntil = upcoming.reduce(.distantFuture) { min($0, $1.until) }
    names = upcoming.map(\.name)
    return true
  }

  /// The windows that are not over, the next of each or the one that is, in order of their starts;
  /// as of the instant that the calendar was advanced to.
  private(set) var upcoming: [Occurrence] = []

  /// Their names.
  private(set) var names: [String] = []

  /// From when on others are upcoming.
  private var upcomingUntil = Instant.distantPast

  /// Until when windows are marked on the timeline.
  private var heldUntil = Instant.distantPast

  init(_ windows: [CapacityWindow], on topology: Topology) {
    self.windows = windows.map { window in
      Window(
        window: window, allocation: topology.everything(on: topology.nodes(named: window.places)))
    }
  }

  var isEmpty: Bool { windows.isEmpty }

  /// The windows that are not over, the next of each or the one that is, in order of their starts.
  func occurrences(from now: Instant) -> [Occurrence] {
    guard !windows.isEmpty else { return [] }
    return windows.compactMap { next($0, after: now) }.sorted {
      ($0.from, $0.name) < ($1.from, $1.name)
    }
  }

  /// The window of a name that comes next, or is open now.
  func next(named name: String, after now: Instant) -> Occurrence? {
    windows.first { $0.window.name == name }.flatMap { next($0, after: now) }
  }

  /// When the first of the upcoming windows begins or ends after an instant.
  func nextBoundary(after now: Instant) -> Instant {
    var next = Instant.distantFuture
    for index in upcoming.indices {
      let from = upcoming[index].from
      next = min(next, from > now ? from : upcoming[index].until)
    }
    return next
  }

  /// Marks the windows that the timeline does not know yet, as far as the calendar looks.
  mutating func hold(in profile: inout CapacityProfile, at now: Instant, anew: Bool = false) {
    guard !windows.isEmpty else { return }
    if anew { heldUntil = .distantPast }
    guard heldUntil < now + TimeSpan(milliseconds: Self.horizon.milliseconds / 2) else { return }
    let first = max(now, heldUntil)
    let last = now + Self.horizon
    for window in windows {
      var from = first
      while let occurrence = next(window, after: from), occurrence.from < last {
        from = occurrence.until
        guard occurrence.from >= heldUntil else { continue }
        profile.hold(
          GangShape(members: 1, member: MemberShape(accelerators: 0)),
          as: Reservation(start: occurrence.from, allocation: occurrence.allocation),
          for: occurrence.until - occurrence.from)
      }
    }
    heldUntil = last
  }

  private func next(_ window: Window, after now: Instant) -> Occurrence? {
    let rule = window.window
    var (from, until) = (rule.from, rule.until)
    if let every = rule.every, until <= now {
      let past = (now - until).milliseconds / every.milliseconds + 1
      let shift = TimeSpan(milliseconds: past * every.milliseconds)
      (from, until) = (from + shift, until + shift)
    }
    guard until > now else { return nil }
    return Occurrence(name: rule.name, from: from, until: until, allocation: window.allocation)
  }
}
