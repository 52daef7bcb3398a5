import Foundation
import Units
public import Wire

/// Plays a whole fleet: members run on a clock, and cost no more than an entry on a heap.
///
/// How long a member runs, in seconds of the clock: what `MUSTER_EMULATE_SECONDS` says in its
/// environment, else its script's first `sleep N`, else one second. It ends with the code in
/// `MUSTER_EMULATE_EXIT`, else 0; with `MUSTER_EMULATE_CHECKPOINT`, it makes a checkpoint every so
/// many seconds, and always when it gets its checkpoint signal.
public actor EmulatedFleet: TaskHost {
  /// How a fleet is played.
  public struct Options: Sendable {
    /// So many seconds of the tasks' clock go into a second.
    public var timeScale = 1.0
    /// Nodes that fail, and when.
    public var faults: [EmulatedFault] = []
    /// Takes a line for the log.
    public var log: @Sendable (String) -> Void = { _ in }

    /// As fast as the real world, and without faults.
    public init() {}
  }

  private enum Happening: Sendable {
    case end
    case checkpoint(everyMs: Double)
    case failure(node: String)
    case repair(node: String)
  }

  /// Something that will happen; in the order of times, then of orders.
  private struct Entry: Comparable, Sendable {
    var atMs: Double
    var number: UInt64
    var name: MemberName?
    var happening: Happening

    static func == (a: Entry, b: Entry) -> Bool { a.number == b.number }
    static func < (a: Entry, b: Entry) -> Bool { (a.atMs, a.number) < (b.atMs, b.number) }
  }

  private struct Member {
    var node: String
    var run: EmulatedRun
    var isEnded = false
    var isTold = false
  }

  private let options: Options
  private let fleet: [AgentRegistration.Node]
  private let outbox: ReportOutbox
  private let begin = ContinuousClock.now
  private var running: [MemberName: Member] = [:]
  /// Members of an attempt on these nodes; commands are about attempts.
  private var attempts: [EmulatedAttempt: [MemberName]] = [:]
  private var failed: Set<String> = []
  /// The last that are forgotten: none of them may start again.
  private var past: Set<MemberName> = []
  private var older: Set<MemberName> = []
  private static let mostPast = 100_000
  private var agenda = BinaryHeap<Entry>()
  private var count: UInt64 = 0
  private var epoch: UInt64 = 0
  private var sleeper: Task<Void, Never>?
  private var wakesAtMs = Double.infinity

  /// A fleet at rest, on which nothing runs.
  public init(
    _ nodes: [AgentRegistration.Node], _ options: Options, outbox: ReportOutbox
  ) async {
    fleet = nodes
    self.options = options
    self.outbox = outbox
    for fault in options.faults {
      plan(fault.afterSeconds * 1000, nil, .failure(node: fault.node))
      if let rest = fault.forSeconds {
        plan((fault.afterSeconds + rest) * 1000, nil, .repair(node: fault.node))
      }
    }
    schedule()
  }

  /// Milliseconds of the tasks' clock.
  private var nowMs: Double {
    let real = ContinuousClock.now - begin
    return real / .milliseconds(1) * options.timeScale
  }

  private func plan(_ atMs: Double, _ name: MemberName?, _ happening: Happening) {
    count += 1
    agenda.insert(Entry(atMs: atMs, number: count, name: name, happening: happening))
  }

  // MARK: The clock

  /// Sleeps until the next entry is due, unless it does already.
  private func schedule() {
    guard let next = agenda.first, next.atMs < wakesAtMs else { return }
    sleeper?.cancel()
    wakesAtMs = next.atMs
    let pauseMs = max(0, next.atMs - nowMs) / options.timeScale
    sleeper = Task { [weak self] in
      try? await Task.sleep(for: .milliseconds(pauseMs))
      guard !Task.isCancelled else { return }
      await self?.wake()
    }
  }

  private func wake() {
    wakesAtMs = .infinity
    let now = nowMs
    var reports: [Report] = []
    while let next = agenda.first, next.atMs <= now {
      _ = agenda.popFirst()
      happen(next, into: &reports)
    }
    if !reports.isEmpty { outbox.post(contentsOf: reports) }
    schedule()
  }

  private func happen(_ entry: Entry, into reports: inout [Report]) {
    switch entry.happening {
    case .failure(let node):
      failed.insert(node)
      reports.append(.health(node: node, trouble: Self.failure))
      for (name, member) in running where member.node == node {
        end(name, code: 137, signal: "KILL", isTerminated: true, into: &reports)
      }
    case .repair(let node):
      failed.remove(node)
      reports.append(.health(node: node, trouble: nil))
    case .end:
      guard let name = entry.name, let member = running[name] else { return }
      end(name, code: member.run.exitCode, signal: nil, into: &reports)
    case .checkpoint(let every):
      guard let name = entry.name, running[name]?.isEnded == false else { return }
      reports.append(.checkpointed(name))
      plan(entry.atMs + every, name, .checkpoint(everyMs: every))
    }
  }

  private func end(
    _ name: MemberName, code: Int, signal: String?, isTerminated: Bool = false,
    into reports: inout [Report]
  ) {
    guard running[name]?.isEnded == false else { return }
    running[name]?.isEnded = true
    let now = Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    var end = TaskEnd(exitCode: code, at: Moment(now))
    end.signal = signal
    end.isTerminated = isTerminated
    reports.append(.ended(name, end))
  }

  // MARK: TaskHost

  /// The nodes as they are registered, and how they are.
  public func nodes() -> [AgentRegistration.Node] {
    guard !failed.isEmpty else { return fleet }
    return fleet.map { node in
      var node = node
      if failed.contains(node.name) { node.trouble = Self.failure }
      return node
    }
  }

  private static let failure = "it failed, as it was asked to"

  /// Those with tasks, or with an end that is not acknowledged.
  public func members() -> [MemberName] { Array(running.filter { !$0.value.isTold }.keys) }

  /// Orders of an older epoch are refused from now on.
  public func joined(_ session: AgentSession) { epoch = max(epoch, session.epoch) }

  /// Nothing: played nodes fail on request alone.
  public func check() {}

  /// Ends all tasks.
  public func fence() {
    var reports: [Report] = []
    for name in running.keys { kill(name, into: &reports) }
    outbox.post(contentsOf: reports)
  }

  /// Need not be said again after a restart.
  public func acknowledged(_ reports: [Report]) {
    for report in reports {
      switch report {
      case .ended(let name, _), .resized(let name), .notStarted(let name, _):
        if running[name]?.isEnded == true { running[name]?.isTold = true }
      case .started, .checkpointed, .status, .health, .output: break
      }
    }
  }

  /// Does what it is told; launches, of each member once.
  public func obey(_ command: AgentCommand) {
    var reports: [Report] = []
    switch command {
    case .launch(let launch): start(launch, into: &reports)
    case .signal(let job, let attempt, let name):
      for member in members(job, attempt) { signal(name, member, into: &reports) }
    case .terminate(let job, let attempt, _):
      for member in members(job, attempt) { kill(member, into: &reports) }
    case .resize(let launch, let leaving, _): resize(launch, leaving, into: &reports)
    case .forget(let job, let attempt):
      forget(EmulatedAttempt(job: job, attempt: attempt))
    case .readOutput(let question):
      var part = OutputPart(
        question: question.question, offset: max(0, question.offset), bytes: "", isEnded: true)
      part.trouble = "an emulated task prints nothing"
      reports.append(.output(part))
    }
    if !reports.isEmpty { outbox.post(contentsOf: reports) }
    schedule()
  }

  private func members(_ job: UInt32, _ attempt: UInt16) -> [MemberName] {
    attempts[EmulatedAttempt(job: job, attempt: attempt)] ?? []
  }

  private func forget(_ attempt: EmulatedAttempt) {
    for member in attempts[attempt] ?? [] where running[member]?.isEnded == true {
      running[member] = nil
      past.insert(member)
    }
    let rest = (attempts[attempt] ?? []).filter { running[$0] != nil }
    attempts[attempt] = rest.isEmpty ? nil : rest
    guard past.count > Self.mostPast else { return }
    older = past
    past = []
  }

  private func start(_ launch: GangLaunch, into reports: inout [Report]) {
    let run = EmulatedRun(launch.task)
    let now = nowMs
    let key = EmulatedAttempt(job: launch.job, attempt: launch.attempt)
    for member in launch.members {
      let name = MemberName(job: launch.job, attempt: launch.attempt, member: member.member)
      guard running[name] == nil, !past.contains(name), !older.contains(name) else { continue }
      guard launch.epoch >= epoch else {
        reports.append(.notStarted(name, what: "an order of epoch \(launch.epoch), not \(epoch)"))
        continue
      }
      running[name] = Member(node: member.node, run: run)
      attempts[key, default: []].append(name)
      reports.append(.started(name))
      if failed.contains(member.node) {
        end(name, code: 137, signal: "KILL", isTerminated: true, into: &reports)
        continue
      }
      plan(now + run.seconds * 1000, name, .end)
      if let every = run.checkpointSeconds {
        plan(now + every * 1000, name, .checkpoint(everyMs: every * 1000))
      }
    }
  }

  private func signal(_ signal: String, _ name: MemberName, into reports: inout [Report]) {
    guard let member = running[name], !member.isEnded else { return }
    if signal == "KILL" { return end(name, code: 137, signal: "KILL", into: &reports) }
    if signal == member.run.checkpointSignal { reports.append(.checkpointed(name)) }
  }

  private func kill(_ name: MemberName, into reports: inout [Report]) {
    end(name, code: 143, signal: "TERM", isTerminated: true, into: &reports)
  }

  private func resize(_ launch: GangLaunch, _ leaving: [Int], into reports: inout [Report]) {
    for number in leaving {
      let name = MemberName(job: launch.job, attempt: launch.attempt, member: number)
      running[name]?.isEnded = true
      reports.append(.resized(name))
    }
    start(launch, into: &reports)
  }
}

private struct EmulatedAttempt: Hashable {
  var job: UInt32
  var attempt: UInt16
}
