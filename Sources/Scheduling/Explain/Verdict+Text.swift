import Accounts
import Cluster
import Fleet
import Jobs
import Policy
import Units

extension Verdict {
  /// The cause as a sentence about "it", the job that waits.
  public func text(_ names: ExplanationWording) -> String {
    switch self {
    case .noRoom, .outOfService:
      return textOfNodes(names)
    case .behind(let job):
      return
        "\(names.job(job).capitalised) is first in the queue, "
        + "and under this policy nobody passes it."
    case .wouldDelay(let job, let start):
      return """
        There is room now, but it is promised to \(names.job(job)) from \(names.at(start)), and by \
        its time limit this job may still be running then.
        """
    case .window(let name, let from):
      return """
        There is room now, but it is kept for '\(name)' from \(names.at(from)), and by its time \
        limit this job may still be running then.
        """
    case .outsideWindow(let name, let from, let until):
      return Self.text(outside: name, from, until, names)
    case .claims(let until):
      return """
        Room is being cleared: other jobs have to go, and are gone by \(names.at(until)) at the \
        latest.
        """
    case .undisturbed(let jobs, let until):
      return """
        It has a right to the room of \(names.list(jobs)), but \
        \(jobs.count == 1 ? "that run" : "their runs") may not be disturbed before \
        \(names.at(until)).
        """
    case .modeJobs, .modeAccelerators, .entitlement, .borrowing:
      return textOfLimit(names)
    case .budget, .allowance, .power:
      return textOfSupply(names)
    case .throttle(let running, let most):
      return """
        \(names.count(running, "job")) of its array \(running == 1 ? "runs" : "run") already, and \
        the array asks for \(names.grouped(most)) at once at most.
        """
    case .begins(let instant):
      return "It asked not to begin before \(names.at(instant))."
    case .tooLate(let deadline):
      return """
        It asked to be over by \(names.at(deadline)), and with its whole time limit it can't be \
        any more.
        """
    case .dependency(let job):
      return "It asked to start after \(names.job(job)), which is not over yet."
    case .dependencyFailed(let job):
      return """
        It asked to start after \(names.job(job)), but that did not end in the way it asked for.
        """
    case .heldBack:
      return "It is held back until somebody releases it."
    case .notAdmitted(let rejection):
      return "The policy or the fleet has changed, and now \(rejection.description)."
    }
  }

  private static func text(_ shortage: RoomShortage) -> String {
    let have = shortage.nodesThatFit
    let nodes = shortage.nodes == 1 ? "a node" : "\(shortage.nodes) nodes"
    let each = shortage.nodes == 1 ? "" : " each"
    let need = "It needs \(nodes) with room for \(shortage.member)\(each)"
    guard let level = shortage.level else {
      return "\(need): \(have == 0 ? "none has" : have == 1 ? "1 has" : "\(have) have") that now."
    }
    let best = have == 0 ? "no \(level) has any" : "the best \(level) has \(have)"
    return "\(need), all inside one \(level)\(level.gloss): \(best) now."
  }

  private func textOfNodes(_ names: ExplanationWording) -> String {
    switch self {
    case .noRoom(let shortage): return Self.text(shortage)
    case .outOfService(let condition, let nodes):
      let isOne = nodes.count == 1
      let what = condition == .failed ? "\(isOne ? "has" : "have") failed" : nil
      return """
        \(names.count(nodes.count, "node")) that it could have \(isOne ? "takes" : "take") no \
        work: \(names.nodes(nodes)), which \(what ?? "\(isOne ? "is" : "are") \(condition)").
        """
    default: preconditionFailure("\(self) is about no nodes")
    }
  }

  private static func text(
    outside name: String, _ from: Instant, _ until: Instant, _ names: ExplanationWording
  ) -> String {
    if from == .distantPast {
      return "It asked for the window '\(name)', which is over and does not come again."
    }
    if from > names.now {
      return "It asked for the window '\(name)', which opens at \(names.at(from))."
    }
    return """
      It asked for the window '\(name)', which closes at \(names.at(until)): with its whole time \
      limit it can't be over by then.
      """
  }

  private func textOfLimit(_ names: ExplanationWording) -> String {
    switch self {
    case .modeJobs(let scope, let account, let running, let most):
      return """
        Under its mode \(scope.words) may run \(names.count(most, "job")) at once, and \
        \(names.account(account)) runs \(names.grouped(running)) already.
        """
    case .modeAccelerators(let scope, let account, let held, let asked, let most):
      return """
        Under its mode \(scope.words) may hold \(names.amount(milli: most)) at once: \
        \(names.account(account)) holds \(names.held(held)), \
        and it asks for \(names.decimal(milli: asked)).
        """
    case .entitlement(let member, let model, let room, let asked):
      return """
        It asks for \(names.amount(milli: asked))\(names.ofModel(model)). Its mode does not \
        borrow from others, and of those that \(names.account(member)) is entitled to, \
        \(names.left(room)).
        """
    case .borrowing(let account, let boundBy, let model, let room, let asked):
      let who = names.account(account)
      let why =
        boundBy.map {
          $0 == .root
            ? "as that is all that others leave idle and lend"
            : "as a limit of \(names.account($0)) on borrowing or lending says"
        } ?? "as no more is lent"
      return """
        It asks for \(names.amount(milli: asked))\(names.ofModel(model)), and \(who) may hold \
        \(room > 0 ? "\(names.decimal(milli: room)) more" : "no more"), \(why).
        """
    default: preconditionFailure("\(self) is no limit")
    }
  }

  private func textOfSupply(_ names: ExplanationWording) -> String {
    switch self {
    case .budget(let obstacle):
      let next = obstacle.next.map { " The next budget begins at \(names.at($0))." } ?? ""
      return """
        With its whole time limit it would cost \(names.hours(obstacle.needed)), and the budget of \
        \(names.account(obstacle.account)) has \
        \(obstacle.left > 0 ? names.hours(obstacle.left) : "nothing") left.\(next)
        """
    case .allowance(.none(let next), _):
      return next.map {
        "Its project has no allowance under its mode before \(names.at($0))."
      } ?? "Its project has no allowance under its mode any more."
    case .allowance(.short(let left, let all, let next), let asked):
      let next = next.map { " The next allowance begins at \(names.at($0))." } ?? ""
      return """
        With its whole time limit it would cost \(names.hours(asked)), and of the \
        \(names.hours(all)) that its project is allowed under its mode, \
        \(names.hours(left)) are left.\(next)
        """
    case .power(let site, let drawn, let asked, let most):
      return """
        It would draw \(names.kilowatts(asked)). Before its time limit is over, site \
        \(names.site(site)) may draw no more than \(names.kilowatts(most)), of which \
        \(drawn > 0 ? "\(names.kilowatts(drawn)) are" : "nothing is") drawn now.
        """
    default: preconditionFailure("\(self) is no supply")
    }
  }
}

extension DomainLevel {
  /// What a level is, where its name alone would not tell.
  fileprivate var gloss: String {
    switch self {
    case .leaf: " (nodes on one switch)"
    case .block: " (nodes that share an NVLink domain)"
    case .site, .pod: ""
    }
  }
}

extension Verdict.Scope {
  fileprivate var words: String {
    switch self {
    case .user: "each user"
    case .project: "each project"
    }
  }
}

extension ExplanationWording {
  /// `none yet`, `2.5 already`.
  fileprivate func held(_ milli: Int) -> String {
    milli > 0 ? "\(decimal(milli: milli)) already" : "none yet"
  }

  /// `nothing is left`, `2.5 are left`.
  fileprivate func left(_ milli: Int) -> String {
    milli > 0 ? "\(decimal(milli: milli)) \(milli == 1000 ? "is" : "are") left" : "nothing is left"
  }
}

extension String {
  /// With a capital at the beginning.
  var capitalised: String { prefix(1).uppercased() + dropFirst() }
}
