import Accounts
import Cluster
import Fleet
import Jobs
import Policy
import Units

extension Holdings {
  /// Which rule keeps a job from starting now, apart from room; nil where none does.
  ///
  /// Of several models the first that a rule allows is enough: `models(allowedTo:)` says which.
  func obstacle(
    to request: JobRequest, milli: Int, models: [Int], at now: Instant
  ) -> Verdict? {
    if let verdict = obstacleOfTerms(request, at: now) { return verdict }
    if let verdict = obstacleOfMode(request, milli: milli) { return verdict }
    if allowed(models, to: request, milli: milli).isEmpty {
      return obstacleOfShare(request, milli: milli, model: models.first ?? 0)
    }
    let cost = largestCost(of: request)
    if let obstacle = book.budgetObstacle(of: request.account, cost: cost, at: now) {
      return .budget(obstacle)
    }
    if let obstacle = allowances.obstacle(to: request, cost: cost, at: now) {
      return .allowance(obstacle, asked: cost)
    }
    return nil
  }

  /// Whether the rules let a gang that runs hold so much more: its limits on accelerators and its
  /// share, not those on jobs and not what it has paid for already.
  func mayGrow(_ request: JobRequest, by milli: Int, models: [Int]) -> Bool {
    let mode = mode(of: request)
    let project = policy.accounts.project(of: request.account)
    for (limits, account) in [(mode.perUser, request.account), (mode.perProject, project)] {
      guard let most = limits.accelerators else { continue }
      guard modeUse.milli(account, request.mode) + milli <= most * 1000 else { return false }
    }
    return !allowed(models, to: request, milli: milli).isEmpty
  }

  private func obstacleOfTerms(_ request: JobRequest, at now: Instant) -> Verdict? {
    guard let terms = request.terms else { return nil }
    if let deadline = terms.deadline, now + request.timeLimit > deadline {
      return .tooLate(deadline: deadline)
    }
    if let most = terms.throttle, let array = request.array, arrays.running(array) >= most {
      return .throttle(running: arrays.running(array), most: most)
    }
    return nil
  }

  private func obstacleOfMode(_ request: JobRequest, milli: Int) -> Verdict? {
    let mode = mode(of: request)
    if let verdict = obstacle(.user, mode.perUser, request.account, request, milli) {
      return verdict
    }
    let project = policy.accounts.project(of: request.account)
    return obstacle(.project, mode.perProject, project, request, milli)
  }

  private func obstacle(
    _ scope: Verdict.Scope, _ limits: AccessMode.Limits, _ account: AccountID,
    _ request: JobRequest, _ milli: Int
  ) -> Verdict? {
    if let most = limits.jobs, modeUse.jobs(account, request.mode) >= most {
      return .modeJobs(
        scope, account, running: modeUse.jobs(account, request.mode), most: most)
    }
    let held = modeUse.milli(account, request.mode)
    if let most = limits.accelerators, held + milli > most * 1000 {
      return .modeAccelerators(scope, account, held: held, asked: milli, most: most * 1000)
    }
    return nil
  }

  /// The models of which a job may hold so much, by entitlement and by what it may borrow.
  func allowed(_ models: [Int], to request: JobRequest, milli: Int) -> [Int] {
    guard policy.accounts.count > 1 else { return models }
    let mode = mode(of: request)
    return models.filter { model in
      switch mode.borrowing {
      case .never:
        book.roomWithinEntitlement(request.account, model: model) >= milli
      case .allowed:
        book.roomWithBorrowing(request.account, model: model).milli >= milli
      case .always:
        book.roomWithBorrowing(request.account, model: model, alwaysBorrowed: true).milli >= milli
      }
    }
  }

  private func obstacleOfShare(_ request: JobRequest, milli: Int, model: Int) -> Verdict {
    let account = request.account
    switch mode(of: request).borrowing {
    case .never:
      return .entitlement(
        policy.accounts.member(of: account), model: model,
        room: book.roomWithinEntitlement(account, model: model), asked: milli)
    case .allowed, .always:
      let room = book.roomWithBorrowing(
        account, model: model, alwaysBorrowed: mode(of: request).borrowing == .always)
      return .borrowing(
        account, boundBy: room.boundBy, model: model, room: room.milli, asked: milli)
    }
  }

  /// Which site's power budget a claim would break, once those are gone who go for it.
  ///
  /// They may be gone at any time from now on, and then it starts.
  func powerObstacle(
    to claim: Claim, _ limit: TimeSpan, _ state: ClusterState, at now: Instant
  ) -> Verdict? {
    guard !power.isUnlimited else { return nil }
    var freed = Array(repeating: 0, count: power.siteCount)
    for victim in claim.victims {
      guard let run = state.jobs[victim.job]?.lifecycle.run else { continue }
      for (site, draw) in power.draw(of: run.allocation, on: topology).enumerated() {
        freed[site] += draw
      }
    }
    let draw = power.draw(of: claim.allocation, on: topology)
    for site in draw.indices where draw[site] > freed[site] {
      let end = claim.deadline + limit
      guard let most = power.least(ofSite: site, from: now, to: end) else { continue }
      let drawn = power.drawn[site] - freed[site]
      if drawn + draw[site] > most {
        return .power(site: site, drawn: drawn, asked: draw[site], most: most)
      }
    }
    return nil
  }

  /// Which site's power budget an allocation would break at some time of a run; nil: none.
  func powerObstacle(
    to allocation: Allocation, for limit: TimeSpan, at now: Instant
  ) -> Verdict? {
    guard !power.isUnlimited else { return nil }
    let draw = power.draw(of: allocation, on: topology)
    for site in draw.indices where draw[site] > 0 {
      guard let most = power.least(ofSite: site, from: now, to: now + limit) else { continue }
      if power.drawn[site] + draw[site] > most {
        return .power(site: site, drawn: power.drawn[site], asked: draw[site], most: most)
      }
    }
    return nil
  }
}
