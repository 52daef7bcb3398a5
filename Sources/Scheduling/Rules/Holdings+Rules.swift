import Accounts
import Cluster
import Fleet
import Jobs
import Policy
import Units

extension Holdings {
  /// Which rule keeps a job from starting now, apart from room; nil where none does.
  ///
  /// Of several models the first that a rule allows is enough: `allowed(_:to:milli:)` says which.
  ///
  /// - Parameter isForRoom: whether what others hold now counts as room that lacks, so that the job
  ///   may be promised some; who then finds a place must ask `lendingObstacle` before it starts.
  func obstacle(
    to request: JobRequest, milli: Int, models: [Int], at now: Instant, isForRoom: Bool = false
  ) -> Verdict? {
    if let verdict = obstacleOfTerms(request, at: now) { return verdict }
    if let verdict = obstacleOfMode(request, milli: milli) { return verdict }
    if allowed(models, to: request, milli: milli, isForRoom: isForRoom).isEmpty {
      return obstacleOfShare(request, milli: milli, model: models.first ?? 0)
    }
    return obstacleOfMeans(request, at: now)
  }

  /// The budget or the allowance that does not pay for a job; nil: all do.
  func obstacleOfMeans(_ request: JobRequest, at now: Instant) -> Verdict? {
    let cost = largestCost(of: request)
    if let obstacle = book.budgetObstacle(of: request.account, cost: cost, at: now) {
      return .budget(obstacle)
    }
    if let obstacle = allowances.obstacle(to: request, cost: cost, at: now) {
      return .allowance(obstacle, asked: cost)
    }
    return nil
  }

  /// The same of a request that stands in no class.
  func obstacle(
    to request: JobRequest, at now: Instant, isForRoom: Bool = false
  ) -> Verdict? {
    obstacle(
      to: request, milli: charging.milli(of: request.shape),
      models: charging.models(of: request.shape), at: now, isForRoom: isForRoom)
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
    guard request.terms != nil else { return nil }
    return missedDeadline(of: request, at: now) ?? throttle(on: request)
  }

  /// Its deadline, where a job can't be over by then any more.
  func missedDeadline(of request: JobRequest, at now: Instant) -> Verdict? {
    guard let deadline = request.terms?.deadline, now + request.timeLimit > deadline else {
      return nil
    }
    return .tooLate(deadline: deadline)
  }

  /// Its array's throttle, where so many run already.
  func throttle(on request: JobRequest) -> Verdict? {
    guard let most = request.terms?.throttle, let array = request.array else { return nil }
    let running = arrays.running(array)
    return running >= most ? .throttle(running: running, most: most) : nil
  }

  private func obstacleOfMode(_ request: JobRequest, milli: Int) -> Verdict? {
    let (user, project) = limits(on: request)
    return jobLimit(user, request) ?? acceleratorLimit(user, request, milli)
      ?? jobLimit(project, request) ?? acceleratorLimit(project, request, milli)
  }

  /// A limit of a mode, and whom it is about.
  typealias Limited = (scope: Verdict.Scope, limits: AccessMode.Limits, account: AccountID)

  /// The limits of a request's mode: of the user, then of the project.
  func limits(on request: JobRequest) -> (user: Limited, project: Limited) {
    let mode = Int(request.mode.number)
    let project = policy.accounts.project(of: request.account)
    return (
      (.user, policy.modes[mode].perUser, request.account),
      (.project, policy.modes[mode].perProject, project)
    )
  }

  /// The limit on jobs at once, where it binds.
  func jobLimit(_ limited: Limited, _ request: JobRequest) -> Verdict? {
    guard let most = limited.limits.jobs else { return nil }
    let running = modeUse.jobs(limited.account, request.mode)
    guard running >= most else { return nil }
    return .modeJobs(limited.scope, limited.account, running: running, most: most)
  }

  /// The limit on accelerators at once, where it binds.
  func acceleratorLimit(_ limited: Limited, _ request: JobRequest, _ milli: Int) -> Verdict? {
    guard let most = limited.limits.accelerators else { return nil }
    let held = modeUse.milli(limited.account, request.mode)
    guard held + milli > most * 1000 else { return nil }
    return .modeAccelerators(
      limited.scope, limited.account, held: held, asked: milli, most: most * 1000)
  }

  /// The models of which a job may hold so much, by entitlement and by what it may borrow.
  func allowed(
    _ models: [Int], to request: JobRequest, milli: Int, isForRoom: Bool = false
  ) -> [Int] {
    guard policy.accounts.count > 1, milli > 0 else { return models }
    let borrowing = borrowing(of: request)
    return models.filter { model in
      switch borrowing {
      case .never:
        return book.roomWithinEntitlement(request.account, model: model) >= milli
      case .allowed, .always:
        let isAlways = borrowing == .always
        let room =
          isForRoom
          ? book.roomWhenAllIsIdle(request.account, model: model, alwaysBorrowed: isAlways)
          : book.roomWithBorrowing(
            request.account, model: model, alwaysBorrowed: isAlways
          ).milli
        return room >= milli
      }
    }
  }

  /// Who does not lend a job the place that it found; nil: it may have it.
  func lendingObstacle(to request: JobRequest, on allocation: Allocation) -> Verdict? {
    let borrowing = borrowing(of: request)
    guard policy.accounts.count > 1, borrowing != .never else { return nil }
    for amount in charging.amounts(of: allocation, on: topology)
    where book.roomWithBorrowing(
      request.account, model: amount.model, alwaysBorrowed: borrowing == .always
    ).milli < amount.milli {
      return obstacleOfShare(request, milli: amount.milli, model: amount.model)
    }
    return nil
  }

  /// Whether others may lend a job any place at all, be it on several models; false is sure.
  func mayBeLent(_ request: JobRequest, milli: Int, _ models: [Int]) -> Bool {
    let borrowing = borrowing(of: request)
    guard policy.accounts.count > 1, borrowing != .never else { return true }
    var left = milli
    for model in models where left > 0 {
      let room = book.roomWithBorrowing(
        request.account, model: model, alwaysBorrowed: borrowing == .always)
      left -= max(0, room.milli)
    }
    return left <= 0
  }

  /// The entitlement, or the limit on borrowing, that leaves no room on a model.
  func obstacleOfShare(_ request: JobRequest, milli: Int, model: Int) -> Verdict {
    let account = request.account
    let borrowing = borrowing(of: request)
    switch borrowing {
    case .never:
      return .entitlement(
        policy.accounts.member(of: account), model: model,
        room: book.roomWithinEntitlement(account, model: model), asked: milli)
    case .allowed, .always:
      let room = book.roomWithBorrowing(
        account, model: model, alwaysBorrowed: borrowing == .always)
      return .borrowing(
        account, boundBy: room.boundBy, model: model, room: room.milli, asked: milli)
    }
  }

  /// Which site's power budget an allocation would break at once; nil: none.
  func powerObstacle(to allocation: Allocation, at now: Instant) -> Verdict? {
    guard !power.isUnlimited else { return nil }
    let draw = power.draw(of: allocation, on: topology)
    for site in draw.indices where draw[site] > 0 {
      guard let most = power.limit(ofSite: site, at: now) else { continue }
      if power.drawn[site] + draw[site] > most {
        return .power(site: site, drawn: power.drawn[site], asked: draw[site], most: most)
      }
    }
    return nil
  }
}
