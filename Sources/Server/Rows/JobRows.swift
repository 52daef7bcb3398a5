import Accounts
import Cluster
import Fleet
import Jobs
import Policy
import Store
import Units
import Wire

/// Makes rows of jobs from the durable state and what the board knows beside it.
struct JobRows: Sendable {
  let state: ClusterState
  private let cards: CardTable
  private let reasons: [JobRequest: String]
  private let starting: Set<UInt32>
  private let paths: [String]

  /// Rows of the jobs that are live in a state.
  ///
  /// - Parameter isList: whether there will be many: then paths of accounts are made once.
  init(_ state: ClusterState, _ board: JobBoard, starting: Set<UInt32>, isList: Bool = true) {
    self.state = state
    (cards, reasons) = board.view
    self.starting = starting
    let tree = state.policy.accounts
    paths = isList ? (0..<tree.count).map { tree.path(of: AccountID(UInt16($0))) } : []
  }

  /// Who has submitted a live job.
  func owner(of id: JobID) -> String { cards[id]?.spec.user.name ?? "" }

  /// The path of an account.
  func path(of account: AccountID) -> String {
    let (number, tree) = (Int(account.number), state.policy.accounts)
    guard number < tree.count else { return "#\(number)" }
    return number < paths.count ? paths[number] : tree.path(of: account)
  }

  /// The row of a live job.
  func row(_ id: JobID, _ job: Job) -> JobRow {
    let card = cards[id]
    let request = job.request
    var row = JobRow(
      job: id.number, name: card?.spec.name ?? "job", user: card?.spec.user.name ?? "",
      account: path(of: request.account), mode: mode(request.mode),
      submitted: Moment(job.submitted))
    if let index = card?.arrayIndex(of: id) {
      row.array = card?.first.number
      row.arrayIndex = index
    } else if let array = request.array {
      row.array = array.number
      row.arrayIndex = id.number - array.number
    }
    row.members = request.shape.nodeCount
    row.accelerators = Double(state.holdings.charging.milli(of: request.shape)) / 1000
    row.timeLimitMs = request.timeLimit.milliseconds
    row.attempt = Int(job.starts)
    if let run = job.lifecycle.run {
      row.started = Moment(run.started)
      row.members = run.allocation.slices.count
      row.nodes = hostlist(of: run.allocation)
      row.state =
        job.lifecycle.eviction != nil
        ? .evicting : starting.contains(id.number) ? .starting : .running
    } else if job.isHeldBack {
      row.state = .held
      row.reason = "held-back"
    } else {
      row.promised = job.lifecycle.promise.map { Moment($0.start) }
      row.reason = reason(of: request)
    }
    return row
  }

  private func reason(of request: JobRequest) -> String? {
    guard !reasons.isEmpty else { return nil }
    var request = request
    request.array = nil
    return reasons[request]
  }

  private func hostlist(of allocation: Allocation) -> String {
    let topology = state.topology
    var writer = HostlistWriter()
    var text: [UInt8] = []
    for slice in allocation.slices {
      writer.add(topology.nodes[topology.index(of: slice.node)].name, to: &text)
    }
    writer.finish(&text)
    return String(decoding: text, as: UTF8.self)
  }

  private func mode(_ id: ModeID) -> String {
    let modes = state.policy.modes
    return Int(id.number) < modes.count ? modes[Int(id.number)].name : "#\(id.number)"
  }

  // MARK: Jobs that are over

  /// The row of a job that the accounts keep.
  func row(_ kept: KeptJob) -> JobRow {
    let record = kept.record
    let spec = kept.spec.flatMap { try? SubmissionSpec(decoding: $0) }
    var row = JobRow(
      job: record.job.number, name: spec?.name ?? "job", user: spec?.user.name ?? "",
      account: path(of: record.account), mode: mode(record.mode),
      submitted: Moment(record.submitted))
    if let first = kept.first, let spec, !spec.indices.isEmpty {
      row.array = first.number
      let place = Int(record.job.number - first.number)
      row.arrayIndex = spec.indices.indices.contains(place) ? spec.indices[place] : nil
    }
    row.members = max(1, record.members)
    row.accelerators = Double(record.milli) / 1000
    row.started = record.started.map { Moment($0) }
    row.ended = record.ended.map { Moment($0) }
    row.attempt = record.attempts
    row.timeLimitMs = kept.timeLimit?.milliseconds ?? 0
    row.nodes = kept.nodes
    row.state =
      switch record.outcome {
      case .completed: .completed
      case .timedOut: .timedOut
      case .failed: .failed
      case .cancelled: .cancelled
      case .nodeFailed: .nodeFailed
      case .outOfMemory: .outOfMemory
      case nil: .pending
      }
    row.exitCode = kept.code.map(Int.init) ?? (record.outcome == .completed ? 0 : nil)
    return row
  }
}
