import Accounts
public import Cluster
import Fleet
import Jobs
import Policy
public import Units

/// How explanations name things: accounts by their paths, modes, models and sites by their names,
/// and instants both as a clock shows them and from now.
public struct ExplanationWording: Sendable {
  let policy: ClusterPolicy
  let models: [String]
  let sites: [String]
  let now: Instant
  private let topology: Topology

  /// What a clock shows at an instant.
  public let clock: @Sendable (Instant) -> String

  /// The names of a cluster's fleet and policy, at an instant.
  ///
  /// - Parameter clock: what a clock shows at an instant; in UTC, to the minute, unless given.
  public init(
    _ state: ClusterState, at now: Instant,
    clock: @escaping @Sendable (Instant) -> String = { $0.utcText }
  ) {
    policy = state.policy
    models = state.holdings.charging.models
    let topology = state.topology
    self.topology = topology
    let roots = topology.domains(at: .site)
    sites = roots.isEmpty ? [topology.name] : roots.map { topology.domains[$0].name }
    self.now = now
    self.clock = clock
  }

  // MARK: Names

  func account(_ id: AccountID) -> String { "'\(policy.accounts.path(of: id))'" }

  func mode(_ id: ModeID) -> String { "'\(policy.modes[Int(id.number)].name)'" }

  func job(_ id: JobID) -> String { "job \(id.number)" }

  /// ` of model 'h100'`; nothing where the fleet has but one.
  func ofModel(_ model: Int) -> String { models.count > 1 ? " of model '\(models[model])'" : "" }

  func site(_ site: Int) -> String { "'\(sites[site])'" }

  /// What is counted: accelerators, or cores where the fleet has none.
  var unit: String { models == [""] ? "core" : "accelerator" }

  /// Folded: `n[0-3],n9`; the first of them where that is long: `n[0-3],n9 and 80 more`.
  func nodes(_ ids: [NodeID]) -> String {
    let (all, shown, longest) = ("\(topology.hostlist(of: ids))", 12, 160)
    guard all.utf8.count > longest, ids.count > shown else { return all }
    let first = topology.hostlist(of: Array(ids.prefix(shown)))
    return "\(first) and \(grouped(ids.count - shown)) more"
  }

  // MARK: Times

  /// `2026-03-02 14:05 UTC (in 2 h 10 min)`
  func at(_ instant: Instant) -> String {
    guard instant > .distantPast, instant < .distantFuture else { return "an unknown time" }
    if instant == now { return "\(clock(instant)) (now)" }
    return instant > now
      ? "\(clock(instant)) (in \((instant - now).words))"
      : "\(clock(instant)) (\((now - instant).words) ago)"
  }

  // MARK: Amounts

  /// Thousandths of accelerators: `1 accelerator`, `2.5 accelerators`.
  func amount(milli: Int) -> String {
    "\(decimal(milli: milli)) \(unit)\(milli == 1000 ? "" : "s")"
  }

  /// Thousandths as a decimal number: `12`, `0.5`.
  func decimal(milli: Int) -> String {
    let (whole, part) = milli.quotientAndRemainder(dividingBy: 1000)
    guard part != 0 else { return grouped(whole) }
    var digits = String(1000 + abs(part)).dropFirst()
    while digits.last == "0" { digits.removeLast() }
    return (milli < 0 && whole == 0 ? "-" : "") + "\(grouped(whole)).\(digits)"
  }

  /// Accelerator-milliseconds in accelerator-hours, to a tenth: `1,234.5 accelerator-hours`.
  func hours(_ milliseconds: Int64) -> String {
    let milli = Int(milliseconds / 360_000) * 100
    return "\(decimal(milli: milli)) \(unit)-hour\(milli == 1000 ? "" : "s")"
  }

  /// Milliwatts in kilowatts, to a tenth: `12.5 kW`.
  func kilowatts(_ milliwatts: Int) -> String {
    "\(decimal(milli: milliwatts / 100_000 * 100)) kW"
  }

  /// `1 job`, `2 jobs`.
  func count(_ number: Int, _ noun: String) -> String {
    "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")"
  }

  /// Thousands apart: `12,345`.
  func grouped(_ number: Int) -> String {
    var text = ""
    for (index, digit) in String(abs(number)).reversed().enumerated() {
      if index > 0, index % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return (number < 0 ? "-" : "") + String(text.reversed())
  }
}

extension TimeSpan {
  /// In the two largest units that say something: `3 d 4 h`, `12 min 5 s`.
  public var words: String {
    let seconds = milliseconds / 1000
    guard seconds > 0 else { return milliseconds > 0 ? "\(milliseconds) ms" : "0 s" }
    let units: [(size: Int64, name: String)] = [
      (86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"),
    ]
    guard let index = units.firstIndex(where: { $0.size <= seconds }) else { return "0 s" }
    let first = "\(seconds / units[index].size) \(units[index].name)"
    guard index + 1 < units.count else { return first }
    let rest = seconds % units[index].size / units[index + 1].size
    return rest == 0 ? first : "\(first) \(rest) \(units[index + 1].name)"
  }
}

extension Instant {
  /// What a clock shows in UTC, to the minute: `2026-03-02 14:05 UTC`.
  ///
  /// The date by Hinnant's `civil_from_days`: years begin in March, in eras of 400 years.
  public var utcText: String {
    let minutes = Int((milliseconds - (milliseconds < 0 ? 59_999 : 0)) / 60_000)
    let minute = (minutes % 1440 + 1440) % 1440
    let days = (minutes - minute) / 1440 + 719_468
    let era = (days >= 0 ? days : days - 146_096) / 146_097
    let ofEra = days - era * 146_097
    let year = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * year + year / 4 - year / 100)
    let march = (5 * ofYear + 2) / 153
    let day = ofYear - (153 * march + 2) / 5 + 1
    let month = march < 10 ? march + 3 : march - 9
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let date = "\(year + era * 400 + (month <= 2 ? 1 : 0))-\(two(month))-\(two(day))"
    return "\(date) \(two(minute / 60)):\(two(minute % 60)) UTC"
  }
}
