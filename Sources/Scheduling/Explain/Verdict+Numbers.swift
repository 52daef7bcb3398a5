import Accounts
import Cluster
import Fleet
import Units

extension Verdict {
  /// The word that machines match on.
  public var word: String {
    switch kind {
    case .noRoom: "no-room"
    case .outOfService: "out-of-service"
    case .behind: "behind"
    case .wouldDelay: "would-delay"
    case .window: "window"
    case .outsideWindow: "outside-window"
    case .claims: "claims"
    case .undisturbed: "undisturbed"
    case .modeJobs: "mode-jobs"
    case .modeAccelerators: "mode-accelerators"
    case .entitlement: "entitlement"
    case .borrowing: "borrowing"
    case .budget: "budget"
    case .allowance: "allowance"
    case .power: "power"
    case .throttle: "throttle"
    case .begins: "begins"
    case .tooLate: "too-late"
    case .dependency: "dependency"
    case .dependencyFailed: "dependency-failed"
    case .heldBack: "held-back"
    case .notAdmitted: "not-admitted"
    }
  }

  /// Its numbers in the order in which the cases give them, names left out; times in milliseconds.
  var numbers: [Int64] {
    switch self {
    case .noRoom(let shortage): [Int64(shortage.nodes), Int64(shortage.nodesThatFit)]
    case .outOfService(let condition, let nodes):
      [Int64(condition.rawValue)] + nodes.map { Int64($0.number) }
    case .behind(let job), .dependency(let job), .dependencyFailed(let job): [Int64(job.number)]
    case .wouldDelay(let job, let start): [Int64(job.number), start.milliseconds]
    case .window(_, let from): [from.milliseconds]
    case .outsideWindow(_, let from, let until): [from.milliseconds, until.milliseconds]
    case .claims(let until): [until.milliseconds]
    case .undisturbed(let jobs, let until):
      jobs.map { Int64($0.number) } + [until.milliseconds]
    case .modeJobs(_, let account, let running, let most):
      [Int64(account.number), Int64(running), Int64(most)]
    case .modeAccelerators(_, let account, let held, let asked, let most):
      [Int64(account.number), Int64(held), Int64(asked), Int64(most)]
    case .entitlement(let account, let model, let room, let asked):
      [Int64(account.number), Int64(model), Int64(room), Int64(asked)]
    case .borrowing(let account, _, let model, let room, let asked):
      [Int64(account.number), Int64(model), Int64(room), Int64(asked)]
    case .budget(let obstacle):
      [Int64(obstacle.account.number), obstacle.left, obstacle.needed]
    case .allowance(.none(let next), let asked): [next?.milliseconds ?? -1, asked]
    case .allowance(.short(let left, let all, _), let asked): [left, all, asked]
    case .power(let site, let drawn, let asked, let most):
      [Int64(site), Int64(drawn), Int64(asked), Int64(most)]
    case .throttle(let running, let most): [Int64(running), Int64(most)]
    case .begins(let instant), .tooLate(let instant): [instant.milliseconds]
    case .heldBack, .notAdmitted: []
    }
  }
}
