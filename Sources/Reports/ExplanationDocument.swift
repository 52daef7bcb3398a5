import Accounts
import Cluster
import Fleet
import Jobs
import Policy
import Scheduling
import Units

/// An explanation as JSON: causes with their numbers by name, and each with its sentence.
struct ExplanationDocument: Encodable {
  /// What accounts, modes, models and sites are called.
  struct Names: Sendable {
    let accounts: AccountTree
    let modes: [String]
    let models: [String]
    let sites: [String]
    private let topology: Topology

    init(_ state: ClusterState) {
      accounts = state.policy.accounts
      modes = state.policy.modes.map(\.name)
      models = state.holdings.charging.models
      let topology = state.topology
      self.topology = topology
      let roots = topology.domains(at: .site)
      sites = roots.isEmpty ? [topology.name] : roots.map { topology.domains[$0].name }
    }

    func account(_ id: AccountID) -> Figure { .text(accounts.path(of: id)) }

    func nodes(_ ids: [NodeID]) -> Figure { .text("\(topology.hostlist(of: ids))") }
  }

  /// A value of JSON.
  indirect enum Figure: Encodable {
    case number(Int64)
    case text(String)
    case list([Figure])
    case fields([String: Figure])

    static func at(_ instant: Instant) -> Figure { .number(instant.milliseconds) }
    static func job(_ job: JobID) -> Figure { .number(Int64(job.number)) }
    static func count(_ count: Int) -> Figure { .number(Int64(count)) }

    func encode(to encoder: any Encoder) throws {
      switch self {
      case .number(let number): try number.encode(to: encoder)
      case .text(let text): try text.encode(to: encoder)
      case .list(let figures): try figures.encode(to: encoder)
      case .fields(let fields): try fields.encode(to: encoder)
      }
    }
  }

  private let figure: Figure

  init(_ report: ExplanationReport, _ names: Names) {
    let explanation = report.explanation
    var fields: [String: Figure] = [
      "trace": .text(report.subject.trace), "fleet": .text(report.subject.fleet),
      "policy": .text(report.subject.policy), "at_ms": .at(report.now),
      "job": .job(explanation.job),
    ]
    fields.merge(Self.standing(explanation.standing, names)) { $1 }
    if case .waiting = explanation.standing {
      fields["causes"] = Self.causes(report, names)
      fields["suggestions"] = Self.suggestions(report, names)
    }
    if let place = explanation.queue { fields["queue"] = Self.queue(place, report, names) }
    if let claim = explanation.claim { fields["claim"] = Self.claim(claim) }
    if let estimate = explanation.estimate {
      var figures = estimate.figures
      figures["text"] = .text(estimate.text(report.names))
      fields["estimate"] = .fields(figures)
    }
    figure = .fields(fields)
  }

  func encode(to encoder: any Encoder) throws { try figure.encode(to: encoder) }

  private static func standing(
    _ standing: Explanation.Standing, _ names: Names
  ) -> [String: Figure] {
    switch standing {
    case .waiting(let request, let since):
      [
        "standing": .text("waiting"), "since_ms": .at(since),
        "account": names.account(request.account),
        "mode": .text(names.modes[Int(request.mode.number)]),
      ]
    case .running(let since): ["standing": .text("running"), "since_ms": .at(since)]
    case .ended(let outcome): ["standing": .text("ended"), "outcome": .text("\(outcome)")]
    case .unknown: ["standing": .text("unknown")]
    }
  }

  private static func causes(_ report: ExplanationReport, _ names: Names) -> Figure {
    let texts = report.explanation.textsOfCauses(report.names)
    return .list(
      zip(report.explanation.causes, texts).map { cause, text in
        var figures = cause.figures(names)
        figures["kind"] = .text(cause.word)
        figures["text"] = .text(text)
        return .fields(figures)
      })
  }

  private static func suggestions(_ report: ExplanationReport, _ names: Names) -> Figure {
    let texts = report.explanation.textsOfSuggestions(report.names)
    return .list(
      zip(report.explanation.suggestions, texts).map { suggestion, text in
        var figures = suggestion.change.figures(names)
        figures["change"] = .text("\(suggestion.change.kind)")
        figures["cost"] = .count(suggestion.cost)
        figures["text"] = .text(text)
        return .fields(figures)
      })
  }

  private static func queue(
    _ place: QueuePlace, _ report: ExplanationReport, _ names: Names
  ) -> Figure {
    .fields([
      "ahead": .count(place.ahead), "waiting": .count(place.waiting),
      "first": .list(
        place.first.map { ahead in
          .fields([
            "job": .job(ahead.job), "account": names.account(ahead.account),
            "text": .text(ahead.reason.text(report.names)),
          ])
        }),
    ])
  }

  private static func claim(_ claim: Claim) -> Figure {
    .fields([
      "ground": .text("\(claim.ground)"), "until_ms": .at(claim.deadline),
      "evicts": .list(claim.victims.map { .job($0.job) }),
      "shrinks": .list(claim.shrinks.map { .job($0.job) }),
    ])
  }
}

extension Verdict {
  /// Its numbers by name; accelerators in thousandths, draws in milliwatts, times in milliseconds.
  fileprivate func figures(_ names: ExplanationDocument.Names) -> [String: Figure] {
    switch self {
    case .noRoom(let shortage):
      [
        "member": .text("\(shortage.member)"), "nodes": .count(shortage.nodes),
        "nodes_that_fit": .count(shortage.nodesThatFit),
      ].with("level", shortage.level.map { .text("\($0)") })
    case .outOfService(let condition, let nodes):
      ["condition": .text("\(condition)"), "nodes": names.nodes(nodes)]
    case .behind(let job), .dependency(let job), .dependencyFailed(let job): ["job": .job(job)]
    case .wouldDelay(let job, let start): ["job": .job(job), "start_ms": .at(start)]
    case .window(let name, let from): ["window": .text(name), "from_ms": .at(from)]
    case .outsideWindow(let name, .distantPast, _): ["window": .text(name)]
    case .outsideWindow(let name, let from, let until):
      ["window": .text(name), "from_ms": .at(from), "until_ms": .at(until)]
    case .claims(let until): ["until_ms": .at(until)]
    case .undisturbed(let jobs, let until):
      ["jobs": .list(jobs.map { .job($0) }), "until_ms": .at(until)]
    case .begins(let instant): ["begin_ms": .at(instant)]
    case .tooLate(let deadline): ["deadline_ms": .at(deadline)]
    case .throttle(let running, let most): ["running": .count(running), "most": .count(most)]
    case .heldBack: [:]
    case .notAdmitted(let rejection):
      ["code": .text(rejection.code), "reason": .text(rejection.description)]
    case .modeJobs, .modeAccelerators, .entitlement, .borrowing, .budget, .allowance, .power:
      figuresOfRules(names)
    }
  }

  private func figuresOfRules(_ names: ExplanationDocument.Names) -> [String: Figure] {
    switch self {
    case .modeJobs(let scope, let account, let running, let most):
      [
        "scope": .text("\(scope)"), "account": names.account(account), "running": .count(running),
        "most": .count(most),
      ]
    case .modeAccelerators(let scope, let account, let held, let asked, let most):
      [
        "scope": .text("\(scope)"), "account": names.account(account), "held_milli": .count(held),
        "asked_milli": .count(asked), "most_milli": .count(most),
      ]
    case .entitlement(let account, let model, let room, let asked):
      [
        "account": names.account(account), "model": .text(names.models[model]),
        "room_milli": .count(room), "asked_milli": .count(asked),
      ]
    case .borrowing(let account, let boundBy, let model, let room, let asked):
      [
        "account": names.account(account), "model": .text(names.models[model]),
        "room_milli": .count(room), "asked_milli": .count(asked),
      ].with("bound_by", boundBy.map { names.account($0) })
    case .budget(let obstacle):
      [
        "account": names.account(obstacle.account), "left_accelerator_ms": .number(obstacle.left),
        "needed_accelerator_ms": .number(obstacle.needed),
      ].with("next_ms", obstacle.next.map { .at($0) })
    case .allowance(.none(let next), let asked):
      ["needed_accelerator_ms": .number(asked)].with("next_ms", next.map { .at($0) })
    case .allowance(.short(let left, let all, let next), let asked):
      [
        "left_accelerator_ms": .number(left), "all_accelerator_ms": .number(all),
        "needed_accelerator_ms": .number(asked),
      ].with("next_ms", next.map { .at($0) })
    case .power(let site, let drawn, let asked, let most):
      [
        "site": .text(names.sites[site]), "drawn_mw": .count(drawn), "asked_mw": .count(asked),
        "most_mw": .count(most),
      ]
    default: preconditionFailure("\(self) is no rule of shares, limits or supplies")
    }
  }
}

extension Suggestion.Change {
  fileprivate func figures(_ names: ExplanationDocument.Names) -> [String: Figure] {
    switch self {
    case .closeness: [:]
    case .mode(let mode): ["mode": .text(names.modes[Int(mode.number)])]
    case .model(let model): ["model": .text(model)]
    case .limit(let limit): ["limit_ms": .number(limit.milliseconds)]
    case .members(let count): ["members": .count(count)]
    case .accelerators(let count): ["accelerators": .count(count)]
    }
  }
}

extension Explanation.Estimate {
  fileprivate var figures: [String: Figure] {
    switch self {
    case .now: ["kind": .text("now")]
    case .promised(let start, let cause):
      ["kind": .text("promised"), "at_ms": .at(start)].with("cause", cause.map { .text($0.word) })
    case .overdue(let start, let cause):
      ["kind": .text("overdue"), "at_ms": .at(start), "cause": .text(cause.word)]
    case .claimed(let until): ["kind": .text("claimed"), "at_ms": .at(until)]
    case .room(let start): ["kind": .text("room"), "at_ms": .at(start)]
    case .notBefore(let instant, let cause):
      ["kind": .text("not-before"), "at_ms": .at(instant), "cause": .text(cause.word)]
    case .when(let cause): ["kind": .text("when"), "cause": .text(cause.word)]
    case .never(let cause): ["kind": .text("never"), "cause": .text(cause.word)]
    }
  }
}

private typealias Figure = ExplanationDocument.Figure

extension [String: ExplanationDocument.Figure] {
  fileprivate func with(_ key: String, _ figure: Value?) -> Self {
    guard let figure else { return self }
    return merging([key: figure]) { $1 }
  }
}
