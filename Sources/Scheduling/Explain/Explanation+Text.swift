import Accounts
import Cluster
import Fleet
import Jobs
import Policy
import Units

extension Explanation {
  /// The explanation in plain sentences, one a line, under headings.
  ///
  /// Golden texts of every kind of cause and of suggestion are in
  /// `Tests/SchedulingTests/Golden/Explanations`.
  public func text(_ names: ExplanationWording) -> String {
    let subject = names.job(job).capitalised
    switch standing {
    case .unknown: return "There is no \(names.job(job)).\n"
    case .ended(let outcome): return "\(subject) is over: it \(outcome.words).\n"
    case .running(let since): return "\(subject) has been running since \(names.at(since)).\n"
    case .waiting(let request, let since):
      var text = """
        \(subject) of \(names.account(request.account)), mode \(names.mode(request.mode)), has \
        been waiting since \(names.at(since)).
        It asks for \(request.words).

        """
      text += section("Why it waits", causeTexts(names))
      text += section("Who is ahead", queueText(names))
      text += section("What would start it now", suggestionText(request, names))
      text += section("When it starts otherwise", estimateText(names))
      return text
    }
  }

  /// Each cause as a sentence, in their order.
  public func textsOfCauses(_ names: ExplanationWording) -> [String] {
    causes.map { cause($0, names) }
  }

  /// Each suggestion as what to ask for instead, in their order: `ask for 30 min instead of 2 h`.
  public func textsOfSuggestions(_ names: ExplanationWording) -> [String] {
    guard case .waiting(let request, _) = standing else { return [] }
    return suggestions.map { $0.text(insteadOf: request, names) }
  }

  private func section(_ heading: String, _ lines: [String]) -> String {
    guard !lines.isEmpty else { return "" }
    return "\n\(heading):\n" + lines.map { "- \($0)\n" }.joined()
  }

  private func causeTexts(_ names: ExplanationWording) -> [String] {
    guard causes.isEmpty else { return textsOfCauses(names) }
    guard case .promised = estimate else { return ["Nothing keeps it any more."] }
    return ["It is promised a start, which is looked at anew as soon as something ends."]
  }

  private func cause(_ verdict: Verdict, _ names: ExplanationWording) -> String {
    guard case .claims(let until) = verdict else { return verdict.text(names) }
    guard let claim else {
      return """
        There is room now, but it is kept for others, for whom room is being cleared until \
        \(names.at(until)).
        """
    }
    var parts: [String] = []
    if !claim.victims.isEmpty {
      parts.append(
        "\(names.list(claim.victims.map(\.job))) \(claim.victims.count == 1 ? "has" : "have") to go"
      )
    }
    if !claim.shrinks.isEmpty {
      parts.append(
        names.list(claim.shrinks.map(\.job))
          + (claim.shrinks.count == 1 ? " has to shrink" : " have to shrink")
      )
    }
    let ground =
      claim.ground == .guarantee
      ? "\(names.member(of: standing)) gets back what it is entitled to"
      : "its mode comes before theirs"
    let who = parts.joined(separator: ", and ")
    guard !who.isEmpty else { return "Room was cleared for it, as \(ground)." }
    return """
      Room is being cleared for it, as \(ground): \(who), by \(names.at(until)) at the latest.
      """
  }

  private func estimateText(_ names: ExplanationWording) -> [String] {
    var lines = estimate.map { [$0.text(names)] } ?? []
    for case .undisturbed(let jobs, let until) in causes {
      lines.append(
        """
        Perhaps sooner: from \(names.at(until)) on \(names.list(jobs)) can be made to go, or to \
        give up some of its room, if nothing else changes by then.
        """)
    }
    return lines
  }

  // MARK: Who is ahead

  private func queueText(_ names: ExplanationWording) -> [String] {
    guard let queue else { return [] }
    guard queue.ahead > 0 else {
      return [
        queue.waiting > 1
          ? "Nobody: it is the first of \(names.grouped(queue.waiting)) that wait."
          : "Nobody: no other job waits."
      ]
    }
    let are = queue.ahead == 1 ? "job is" : "jobs are"
    let some = queue.ahead > queue.first.count ? " The first of them:" : ""
    return [
      "\(names.grouped(queue.ahead)) \(are) ahead of it, of "
        + "\(names.grouped(queue.waiting)) in the queue.\(some)"
    ]
      + queue.first.map { ahead in
        """
        \(names.job(ahead.job).capitalised) of \(names.account(ahead.account)), as \
        \(ahead.reason.text(names)).
        """
      }
  }

  // MARK: What would help

  private func suggestionText(
    _ request: JobRequest, _ names: ExplanationWording
  ) -> [String] {
    guard queue != nil, claim == nil, !causes.isEmpty else { return [] }
    guard !suggestions.isEmpty else {
      return [
        """
        No single change that it could ask for: fewer members or accelerators, less time, members \
        farther apart, another mode and another model were tried.
        """
      ]
    }
    return suggestions.enumerated().map { index, suggestion in
      let text = suggestion.text(insteadOf: request, names)
      return (index == 0 ? text.capitalised : "Or \(text)") + "."
    }
  }
}

extension Suggestion {
  /// What to ask for instead: `ask for 30 min instead of 2 h`.
  func text(insteadOf asked: JobRequest, _ names: ExplanationWording) -> String {
    switch change {
    case .closeness(let closeness):
      return "let its members be \(closeness.words) instead of \(asked.shape.closeness.words)"
    case .mode(let mode):
      return "ask for mode \(names.mode(mode)) instead of \(names.mode(asked.mode))"
    case .model(let model):
      let models = asked.shape.eligibility?.models ?? []
      return """
        ask for model '\(model)' instead of \(models.map { "'\($0)'" }.joined(separator: " or "))
        """
    case .limit(let limit):
      return "ask for \(limit.words) instead of \(asked.timeLimit.words)"
    case .members(let count):
      let (new, old) = (request.shape, asked.shape)
      let total =
        new.acceleratorCount == 0 || new.acceleratorCount == count
        ? "" : ", which is \(new.acceleratorCount) accelerators instead of \(old.acceleratorCount)"
      let rest = old.rest == nil ? "" : " and a rest"
      return """
        ask for \(names.count(count, "member")) instead of \(old.members)\(rest)\(total)
        """
    case .accelerators(let count):
      return """
        ask for \(names.count(count, "accelerator")) instead of \(asked.shape.acceleratorCount)
        """
    }
  }
}

extension Explanation.Estimate {
  /// When it starts, as sentences.
  public func text(_ names: ExplanationWording) -> String {
    switch self {
    case .now: "At the next cycle of the scheduler, which is about to come."
    case .promised(let start, nil):
      """
      At \(names.at(start)) at the latest: that is promised, and moves forward when something ends \
      early.
      """
    case .promised(let start, let cause?):
      """
      At \(names.at(start)), if by then \(cause.remedy(names)): room is promised to it from then \
      on, and the promise moves forward when something ends early.
      """
    case .overdue(_, .power(let site, _, _, _)):
      """
      As soon as jobs at site \(names.site(site)) end, or it may draw more; room is kept for it \
      until then.
      """
    case .overdue(let start, let cause):
      """
      It was promised a start at \(names.at(start)), which could not be kept: it starts as soon as \
      \(cause.remedy(names)).
      """
    case .claimed(let until): "At \(names.at(until)) at the latest: that room is its own."
    case .room(let start):
      """
      There is room from \(names.at(start)) on, if jobs ahead of it or new ones do not take it \
      first; earlier if something ends early.
      """
    case .notBefore(let instant, let verdict):
      "Not before \(names.at(instant))\(verdict.isAboutRoom ? "" : "; then as room allows")."
    case .when(let verdict): "As soon as \(verdict.remedy(names)); nobody knows when that is."
    case .never(let verdict): "Never, as it stands: \(verdict.finality)."
    }
  }
}

extension QueuePlace.Reason {
  /// Why a job goes before, to go on with behind "as".
  public func text(_ names: ExplanationWording) -> String {
    switch self {
    case .tier(let tier, let over):
      "its mode comes first: it is of tier \(tier), and this job's of tier \(over)"
    case .guarantee(let member, let lacks, let otherLacks):
      """
      \(names.account(member)) lacks \(names.percent(lacks)) of what it is entitled to, and those \
      who are charged for this job lack \
      \(otherLacks == 0 ? "nothing that it could fill" : names.percent(otherLacks))
      """
    case .share(let account, let over):
      "\(names.account(account)) has had less of its share lately than \(names.account(over))"
    case .points: "it has waited longer, or is larger, as the policy weighs it"
    case .shorter(let limit): "its time limit is shorter: \(limit.words)"
    case .head: "it was the first in the queue, and stays so until it starts"
    case .submission: "it came first"
    }
  }
}

extension Verdict {
  /// What has to happen: `somebody releases it`.
  fileprivate func remedy(_ names: ExplanationWording) -> String {
    switch self {
    case .noRoom: "enough nodes are free"
    case .outOfService: "enough nodes take work again"
    case .behind(let job): "\(names.job(job)) has started and there is room"
    case .wouldDelay(let job, _): "\(names.job(job)) has started and leaves room"
    case .window(let name, _): "'\(name)' is over"
    case .outsideWindow(let name, _, _): "'\(name)' opens again, if it does"
    case .claims: "those are gone who have to go"
    case .undisturbed(let jobs, _): "\(names.list(jobs)) may be disturbed"
    case .modeJobs(_, let account, _, _): "a job of \(names.account(account)) under its mode ends"
    case .modeAccelerators(_, let account, _, _, _):
      "jobs of \(names.account(account)) under its mode end"
    case .entitlement(let member, _, _, _): "jobs of \(names.account(member)) end"
    case .borrowing: "its own account's jobs end, or others lend more"
    case .budget(let obstacle):
      "jobs that \(names.account(obstacle.account)) pays for cost less than was set aside for them"
    case .allowance: "jobs of its project cost less than was set aside for them"
    case .power(let site, _, _, _): "jobs at site \(names.site(site)) end, or it may draw more"
    case .throttle: "a job of its array ends"
    case .begins: "its time has come"
    case .tooLate, .dependencyFailed: "it is submitted anew"
    case .dependency(let job): "\(names.job(job)) is over"
    case .heldBack: "somebody releases it"
    case .notAdmitted: "the policy or the fleet allows for it again"
    }
  }

  /// Why it never starts.
  fileprivate var finality: String {
    switch self {
    case .tooLate: "cancel it, and ask for a later deadline or less time"
    case .dependencyFailed: "cancel it, and submit it without that condition"
    case .outsideWindow: "cancel it, and submit it without that window"
    default: "cancel it, and ask for something else"
    }
  }
}

extension ExplanationWording {
  /// Millionths: `12.5 %`.
  fileprivate func percent(_ millionths: Int) -> String {
    "\(decimal(milli: millionths / 1000 * 100)) %"
  }

  /// The member of the consortium, or of whatever stands below the root, to which a job is charged.
  fileprivate func member(of standing: Explanation.Standing) -> String {
    guard case .waiting(let request, _) = standing else { return "its account" }
    return account(policy.accounts.member(of: request.account))
  }

  /// `jobs 3, 4 and 9`; the first few, where there are many.
  func list(_ jobs: [JobID]) -> String {
    guard jobs.count > 1 else { return jobs.map(job).joined() }
    guard jobs.count <= 5 else { return "\(jobs.count) jobs" }
    let numbers = jobs.map { "\($0.number)" }
    return "jobs \(numbers.dropLast().joined(separator: ", ")) and \(numbers[numbers.count - 1])"
  }
}

extension JobRequest {
  /// What is asked for: `4 × (8 accelerators), inside one leaf, for up to 2 h`.
  fileprivate var words: String {
    let what = shape.nodeCount == 1 ? "\(shape.member)" : "\(shape)"
    var text = what
    if let models = shape.eligibility?.models, !models.isEmpty {
      text += " of model " + models.map { "'\($0)'" }.joined(separator: " or ")
    }
    if !shape.closeness.isClosest { text += ", \(shape.closeness.words)" }
    return "\(text), for up to \(timeLimit.words)"
  }
}

extension Closeness {
  /// `inside one leaf`, `anywhere`.
  fileprivate var words: String {
    var parts: [String] = []
    if let required { parts.append("inside one \(required)") }
    if let preferred, longestWait > .zero {
      parts.append("preferably inside one \(preferred) for the first \(longestWait.words)")
    }
    for level in DomainLevel.allCases where segments[level] > 0 {
      parts.append("\(segments[level]) together in each \(level)")
    }
    return parts.isEmpty ? "anywhere" : parts.joined(separator: ", ")
  }
}

extension JobOutcome {
  fileprivate var words: String {
    switch self {
    case .completed: "completed"
    case .timedOut: "was ended at its time limit"
    case .failed: "failed"
    case .cancelled: "was cancelled"
    case .nodeFailed: "was lost with a node"
    case .outOfMemory: "took more memory than it had asked for"
    }
  }
}
