import Accounts
import Cluster
import Policy
import Printing
import Simulation
import Units

extension PlanReport {
  /// How many jobs are named in each list.
  private static let named = 8

  /// All of it, for people.
  public func text() -> String {
    heading + members() + groups.text() + ahead() + (queue.map(jobs) ?? "") + rails()
  }

  /// What is held against what.
  private var heading: String {
    let carried =
      history.carriedOver == 0
      ? "" : ", \(Wording.number(history.carriedOver)) of which lived when it begins"
    var text =
      "'\(next.policy.name)' in place of '\(current.policy.name)', on \(fleet)\n\n"
      + "The period: \(Wording.number(history.jobs.count)) jobs of "
      + "\(span(history.begin, history.end)), from \(source)\(carried).\n"
    if history.begin > history.asked {
      text +=
        "Asked for were \(span(history.asked, history.end)): the first snapshot that the journal "
        + "has is of later.\n"
    }
    let (guessed, limited) = (history.count(.byHistory), history.count(.byLimit))
    if guessed + limited > 0 {
      text +=
        "Not over yet: \(Wording.number(guessed + limited)), of which \(Wording.number(guessed)) "
        + "are taken to run as long as others of their account\nand mode, and "
        + "\(Wording.number(limited)) for all of their time limits.\n"
    }
    if history.policyChanges > 0 {
      text +=
        "The policy changed \(times(history.policyChanges)) in the period: it is replayed as if "
        + "it had not.\n"
    }
    if history.fleetChanges > 0 {
      text +=
        "The fleet changed \(times(history.fleetChanges)) in the period: it is replayed on the one "
        + "of today.\n"
    }
    return text
  }

  private func times(_ count: Int) -> String { count == 1 ? "once" : "\(count) times" }

  private func span(_ begin: Instant, _ end: Instant) -> String {
    Wording.time(seconds: Double((end - begin).milliseconds) / 1000)
  }

  // MARK: The period

  /// What each member got, before and after.
  private func members() -> String {
    let everybody = PolicyFigures.Group.everybody
    let groups = [everybody] + PolicyFigures.groups(of: .everyMember, next.policy)
    var table = Table(columns: [
      ("member", .left), ("promised", .right), ("part", .right), ("new", .right),
      ("p50 wait", .right), ("new", .right), ("p99 wait", .right), ("new", .right),
      ("evictions", .right), ("new", .right),
    ])
    for group in groups {
      table.add(
        [group.name, after.promised(to: group).map { Wording.percent($0) } ?? "-"]
          + pair(before.part(of: group), after.part(of: group)) { Wording.percent($0) }
          + pair(.medianWait, group) + pair(.p99Wait, group) + pair(.evictions, group))
    }
    let rest: [(GuardRail.Figure, String)] = [
      (.utilisation, "Of the fleet was held"), (.guaranteeDelay, "The longest guarantee took"),
      (.slowdown, "The mean bounded slowdown is"),
    ]
    let lines = rest.compactMap { figure, words -> String? in
      let cells = pair(figure, everybody)
      return cells[0] == "-" ? nil : "\(words) \(cells[0]), and would be \(cells[1]).\n"
    }
    return "\nWho gets what, in force and new:\n\n" + table.text + "\n" + lines.joined()
  }

  private func pair(_ figure: GuardRail.Figure, _ group: PolicyFigures.Group) -> [String] {
    pair(before.value(figure, of: group), after.value(figure, of: group)) { value in
      switch figure.unit {
      case .time: Wording.time(seconds: value)
      case .number: Wording.number(value, decimals: figure == .evictions ? 0 : 2)
      case .points: Wording.percent(value)
      }
    }
  }

  private func pair(
    _ before: Double?, _ after: Double?, _ word: (Double) -> String
  ) -> [String] {
    [before.map(word) ?? "-", after.map(word) ?? "-"]
  }

  /// Where the changes of the days that come next lie.
  private func ahead() -> String {
    let measures = groups.rows.last { $0.kind == .all }?.measures ?? [:]
    let parts = BlockBootstrap.Figure.allCases.compactMap { figure in
      measures[figure]?.ahead.map { "\(figure.words) \(figure.written($0))" }
    }
    guard !parts.isEmpty else {
      return "\nOf the next \(Self.aheadDays) days nothing is said: that takes jobs of "
        + "\(2 * Self.aheadDays) days at least.\n"
    }
    return "\nFor the next \(Self.aheadDays) days, from weeks like these: "
      + parts.joined(separator: ",\n") + ".\nHow often such a span held: see Prediction.md.\n"
  }

  // MARK: The jobs that live now

  private func jobs(_ queue: QueueChange) -> String {
    let (waiting, running) = (queue.waiting.count, queue.running.count)
    var text =
      "\nNow: \(Wording.number(running)) jobs run and \(Wording.number(waiting)) wait. If nothing "
      + "else came and jobs ended when it is foreseen, of those\nthat wait "
      + "\(Wording.number(queue.sooner.count)) would start sooner, "
      + "\(Wording.number(queue.later.count)) later"
    let lists: [([QueueChange.Pair], String)] = [
      (queue.stranded, "not within 30 days"), (queue.freed, "for the first time"),
    ]
    for (list, words) in lists where !list.isEmpty {
      text += ", \(Wording.number(list.count)) \(words)"
    }
    text += ".\n"
    let barred = queue.waiting.filter { $0.after.isBarred && !$0.before.isBarred }
    if !barred.isEmpty {
      text += "Barred, as they could not be submitted any more: \(list(barred)).\n"
    }
    text +=
      queue.evicted.isEmpty
      ? "Nobody would be evicted at once.\n"
      : "Evicted at once: \(list(queue.evicted)).\n"
    let moved = queue.brokenPromises
    if !moved.isEmpty { text += "Promised a start, and now a later one or none: \(list(moved)).\n" }
    text += table("later", queue.later, queue.now) + table("sooner", queue.sooner, queue.now)
    return text
  }

  private func list(_ pairs: [QueueChange.Pair]) -> String {
    let names = pairs.prefix(Self.named).map { "\($0.before.job.number)" }
    let rest = pairs.count - names.count
    return names.joined(separator: ", ") + (rest > 0 ? " and \(Wording.number(rest)) more" : "")
  }

  private func table(_ word: String, _ pairs: [QueueChange.Pair], _ now: Instant) -> String {
    guard !pairs.isEmpty else { return "" }
    var table = Table(columns: [
      ("job", .right), ("size", .right), ("account", .left), ("starts in", .right),
      ("new", .right), ("change", .right),
    ])
    let tree = history.state.policy.accounts
    for pair in pairs.prefix(Self.named) {
      let delay = pair.delay ?? 0
      table.add([
        "\(pair.before.job.number)", "\(pair.before.size)",
        tree.path(of: pair.before.account), wait(pair.before.start, now),
        wait(pair.after.start, now),
        (delay < 0 ? "−" : "+") + Wording.time(seconds: abs(delay)),
      ])
    }
    return "\nThose that would start \(word) by most:\n\n" + table.text
  }

  private func wait(_ start: Instant?, _ now: Instant) -> String {
    guard let start else { return "-" }
    return Wording.time(seconds: Double((start - now).milliseconds) / 1000)
  }

  // MARK: Guard rails

  private func rails() -> String {
    guard !verdicts.isEmpty else {
      return "\nThe policy has no guard rails: anything may get worse.\n"
    }
    var table = Table(columns: [("", .left), ("guard rail", .left), ("may be", .left)])
    for verdict in verdicts {
      table.add([verdict.isBroken ? "BROKEN" : "holds", verdict.words, verdict.allowance])
    }
    return "\nGuard rails of '\(next.policy.name)': \(summary).\n\n" + table.text
  }
}
