import Accounts
import Cluster
import Codec
import Control
import Fleet
import Foundation
import Jobs
import NIOHTTP1
import Policy
import Scheduling
import Store
import Units
import Wire

/// Jobs: submitted, listed, changed, explained.
extension API {
  // MARK: Submitting

  func submit(_ call: Call) async throws(Refusal) -> Response {
    let submission = try await call.submission()
    let request = try Resolution(in: state).request(for: submission, by: call.caller)
    let spec = SubmissionSpec(submission, by: try call.caller.taskUser())
    let count = submission.array?.indices.count ?? 1
    try board.expect(count, of: spec.user.name)
    defer { board.settle(count, of: spec.user.name) }
    let telling = Telling(
      submitting: request, count: count, spec, from: call.caller.author)
    switch await controller.tell(telling) {
    case .accepted(let job, let count):
      return try Reply.submitted(SubmissionReply(job: job.number, count: count))
    case .rejected(let rejection): throw Refusal(rejection)
    case .stopped(let error): throw Refusal(stopped: error)
    case .done, .refused, .outdated:
      throw Refusal("bad-answer", "nothing was submitted", fix: "report this as a bug")
    }
  }

  /// What would become of a job: tried on a copy of the machine, by the planner itself.
  func forecast(_ call: Call) async throws(Refusal) -> Response {
    let submission = try await call.submission()
    let request = try Resolution(in: state).request(for: submission, by: call.caller)
    var (machine, now) = await controller.look()
    var effects: [Effect] = []
    machine.handle(.submit(request), at: now, into: &effects)
    var job: JobID?
    for effect in effects {
      if case .rejected(let rejection) = effect { throw Refusal(rejection) }
      if case .accepted(let accepted) = effect { job = accepted }
    }
    guard let job else {
      throw Refusal("bad-answer", "nothing was submitted", fix: "report this as a bug")
    }
    return try Reply.message(forecast(job, request, machine, at: now))
  }

  private func forecast(
    _ job: JobID, _ request: JobRequest, _ machine: ControlMachine, at now: Instant
  ) -> JobForecast {
    let cost = machine.state.holdings.largestCost(of: request)
    guard let run = machine.state.jobs[job]?.lifecycle.run else {
      let explanation = machine.explain(job, at: now)
      let words = ExplanationWording(machine.state, at: now)
      var forecast = JobForecast(costMs: cost, text: explanation.text(words))
      forecast.start = explanation.estimate?.start(at: now).map { Moment($0) }
      return forecast
    }
    let topology = machine.state.topology
    let names = run.allocation.slices.map { topology.nodes[topology.index(of: $0.node)].name }
    let hostlist = "\(Hostlist(names: names))"
    var forecast = JobForecast(costMs: cost, text: "It would start now, on \(hostlist).\n")
    forecast.nodes = hostlist
    forecast.start = Moment(now)
    var before = machine.state.occupancy
    before.giveBack(run.allocation)
    forecast.slowdownMilli =
      before.price(run.allocation, by: NetworkModel()).cost
      .slowdown / 1000
    return forecast
  }

  // MARK: Listing

  func list(_ call: Call) throws(Refusal) -> Response {
    let filter = try JobFilter(call, state.policy.accounts)
    let state = self.state
    let rows = JobRows(state, board, starting: hub.startingJobs)
    let live = LiveJobs(state.jobs, filter.named)
    let kept = KeptPages(filter, self)
    return Reply.rows { text in
      while text.bytes.count < Reply.pieceBytes {
        guard let (id, job) = live.next() else {
          return try await kept.write(rows, &text)
        }
        guard filter.mayList(id, account: job.request.account),
          filter.isVisible(owner: rows.owner(of: id), account: job.request.account)
        else { continue }
        let row = rows.row(id, job)
        guard filter.lists(row) else { continue }
        text.put(row)
        text.endLine()
      }
      return true
    }
  }

  /// One job's row, once it is over or the time is.
  func show(_ call: Call) async throws(Refusal) -> Response {
    let job = try call.job()
    let wait = try call.waitMs()
    let first = try await row(of: job, call)
    guard wait > 0, !first.state.isOver else { return try Reply.row(first) }
    await board.waitForEnd(of: job, atMost: wait) { [controller] in
      controller.store.durable.state.jobs[job] == nil
    }
    return try Reply.row(try await row(of: job, call))
  }

  /// The row of a job that the caller may see.
  func row(of job: JobID, _ call: Call) async throws(Refusal) -> JobRow {
    let state = self.state
    let rows = JobRows(
      state, board, starting: hub.startingJobs(among: job), isList: false)
    var row: JobRow?
    var account = AccountID.root
    if let live = state.jobs[job] {
      row = rows.row(job, live)
      account = live.request.account
    } else if let kept = try await kept(job) {
      row = rows.row(kept)
      account = kept.record.account
    }
    guard let row else { throw noSuchJob(job) }
    try permit(.reachJob(owner: row.user, account: account), call)
    return row
  }

  /// What is kept of a job that is over.
  func kept(_ job: JobID) async throws(Refusal) -> KeptJob? {
    guard job.number > 0 else { return nil }
    var query = KeptJobQuery()
    query.jobs = [job]
    return try await reading { [store = controller.store, query] () throws(StoreError) in
      try store.jobs(query, after: JobID(0), most: 1).first
    }
  }

  func noSuchJob(_ job: JobID) -> Refusal {
    Refusal(
      "no-such-job", "there is no job \(job.number)", where: "job",
      fix: "see 'gqueue' and 'gacct' for those there are")
  }

  // MARK: Changing

  func change(_ call: Call) async throws(Refusal) -> Response {
    let job = try call.job()
    let change = try await call.message(JobChange.self)
    let row = try await row(of: job, call)
    guard !row.state.isOver else {
      throw Refusal(
        "not-running", "job \(job.number) is over: it is \(row.state.rawValue)", where: "job",
        fix: "nothing is left to do")
    }
    let input: Input
    switch change {
    case .cancel: input = .cancel(job)
    case .hold, .release:
      guard row.state == .pending || row.state == .held else {
        throw Refusal(
          "not-waiting", "job \(job.number) doesn't wait: it is \(row.state.rawValue)",
          where: "job", fix: "only what waits is held back and released")
      }
      let isOperators = call.caller.role == .operator || call.caller.role == .administrator
      guard isOperators || state.jobs[job]?.isHeldByOperator != true else {
        throw Refusal(
          "not-permitted", "an operator holds job \(job.number) back", where: "job",
          fix: "ask an operator to release it")
      }
      input = .hold(job, change == .hold, byOperator: isOperators)
    case .signal(let name):
      try hub.signal(job, name)
      return try Reply.row(row)
    }
    if case .stopped(let error) = await controller.tell(
      Telling(input, from: call.caller.author))
    {
      throw Refusal(stopped: error)
    }
    return try Reply.row(try await self.row(of: job, call))
  }

  // MARK: Explaining

  func why(_ call: Call) async throws(Refusal) -> Response {
    let job = try call.job()
    let row = try await row(of: job, call)
    let (machine, now) = await controller.look()
    let explanation = machine.explain(job, at: now)
    let words = ExplanationWording(machine.state, at: now)
    let causes = zip(explanation.causes, explanation.textsOfCauses(words)).map {
      JobWhy.Suggestion(code: $0.word, text: $1)
    }
    let suggestions = zip(explanation.suggestions, explanation.textsOfSuggestions(words)).map {
      JobWhy.Suggestion(code: "\($0.change.kind)", text: $1)
    }
    var why = JobWhy(
      job: row, text: explanation.text(words), causes: causes, suggestions: suggestions)
    why.estimate = explanation.estimate?.start(at: now).map { Moment($0) }
    return try Reply.message(why)
  }

  // MARK: Output

  func output(_ call: Call) async throws(Refusal) -> Response {
    let job = try call.job()
    let row = try await row(of: job, call)
    var query = OutputQuery()
    query.member = Int(try call.number("member", in: 0...1_000_000, default: 0))
    query.offset = try call.number("offset", in: Int64.min...Int64.max, default: 0)
    query.waitMs = try call.waitMs()
    if let stream = call.text("stream") {
      guard let known = OutputQuery.Stream(rawValue: stream) else {
        throw call.refusal("stream", stream, fix: "ask for output or errors")
      }
      query.stream = known
    }
    let place = try hub.place(of: job, member: query.member, row)
    let part = try await poll(place.member, on: place.node, query)
    var response = Reply.text(
      Array(Data(base64Encoded: part.bytes) ?? Data()), type: "application/octet-stream")
    let length = Data(base64Encoded: part.bytes)?.count ?? 0
    response.headers.add(name: "X-Muster-Offset", value: "\(part.offset + Int64(length))")
    response.headers.add(name: "X-Muster-Ended", value: "\(part.isEnded)")
    return response
  }

  /// Asks until there is something, the task is over, or the time is.
  private func poll(
    _ member: MemberName, on node: NodeID, _ query: OutputQuery
  ) async throws(Refusal) -> OutputPart {
    let start = ContinuousClock.now
    while true {
      let part = try await hub.output(of: member, on: node, query)
      let left = query.waitMs - (ContinuousClock.now - start).milliseconds
      guard part.bytes.isEmpty, !part.isEnded, left > 0 else { return part }
      await Gate().wait(atMost: min(left, 400))
    }
  }
}

extension Duration {
  fileprivate var milliseconds: Int {
    Int(components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000)
  }
}

extension Refusal {
  /// Why the machine did not accept a job.
  init(_ rejection: JobRejection) {
    let parts = "\(rejection)".split(separator: ": ", maxSplits: 1).map(String.init)
    self.init(
      rejection.code, parts[0], where: "submission",
      fix: parts.count > 1 ? parts[1] : "ask for something else")
  }
}
