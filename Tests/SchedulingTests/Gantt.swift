import Cluster
import Control
import Fleet
import Jobs
import Policy
import Simulation
import Testing
import Units

/// Jobs on a time line, a second a column: `.` while a job waits, `=` while it runs.
///
/// Jobs are written a line each: name, second of submission, accelerators, limit, run time.
/// ```
/// a 0 2 5 3      a |===  |
/// b 1 2 1 1      b | ..= |
/// ```
func gantt(
  _ policy: String, on fleet: (nodes: Int, accelerators: Int), _ jobs: String
) throws -> String {
  try gantt(try #require(ClusterPolicy.builtIn(named: policy)), on: fleet, jobs)
}

/// The same for a policy of any kind; a column may be longer than a second.
func gantt(
  _ policy: ClusterPolicy, on fleet: (nodes: Int, accelerators: Int), column: TimeSpan = .second,
  _ text: String
) throws -> String {
  let topology = try Topology.flat(nodes: fleet.nodes, accelerators: fleet.accelerators)
  let plot = GanttJobs(text, perNode: fleet.accelerators, column: column)
  let times = startsAndEnds(of: plot.jobs, plot.incidents, on: topology, policy, column: column)
  let last = times.map { max($0.start, $0.end) }.max() ?? 0
  return zip(plot.names, zip(plot.jobs, times)).map { name, job in
    let submitted = Int(job.0.submitted.milliseconds / column.milliseconds)
    // Who never starts waits on, and who never ends runs on, as far as the picture goes.
    let start = job.1.start < 0 ? max(submitted, last) : job.1.start
    let end = job.1.end < 0 ? max(start, last) : max(start, job.1.end)
    let line =
      String(repeating: " ", count: submitted) + String(repeating: ".", count: start - submitted)
      + String(repeating: "=", count: end - start) + String(repeating: " ", count: last - end)
    return "\(name) |\(line)|"
  }.joined(separator: "\n")
}

/// Jobs as they are written for a picture, a line each, with what befalls them.
///
/// After the four numbers of a line may stand `begin=5`, `deadline=9`, `after=a`, `ok=a` and
/// `notok=a` (what job a's end lets start), `array=x%2` (the array x, two at a time), `window=w`,
/// `held=2-6`, and `cancel=4`.
struct GanttJobs {
  var names: [String] = []
  var jobs: [SimulatedJob] = []
  var incidents: [Incident] = []

  private var arrays: [(name: String, first: JobID)] = []
  private let column: TimeSpan

  init(_ text: String, perNode: Int, column: TimeSpan) {
    self.column = column
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      names.append(words[0])
      let numbers = words[1...4].map { Int64($0) ?? -1 }
      let request = JobRequest(
        shape: .accelerators(Int(numbers[1]), perNode: perNode), timeLimit: span(numbers[2]))
      jobs.append(
        SimulatedJob(
          submitted: instant(numbers[0]), request: request, runTime: span(numbers[3])))
      for word in words.dropFirst(5) { add(word) }
    }
    incidents.sort { $0.instant < $1.instant }
  }

  private func span(_ columns: Int64) -> TimeSpan {
    TimeSpan(milliseconds: columns * column.milliseconds)
  }

  private func instant(_ columns: Int64) -> Instant {
    Instant(milliseconds: columns * column.milliseconds)
  }

  private mutating func add(_ word: String) {
    let parts = word.split(separator: "=").map(String.init)
    let (key, value) = (parts[0], parts[1])
    let job = JobID(UInt32(jobs.count))
    let columns = value.split(separator: "-").compactMap { Int64($0) }
    var options = jobs[jobs.count - 1].request.terms?.options ?? JobTerms.Options()
    switch key {
    case "begin": options.begin = instant(columns[0])
    case "deadline": options.deadline = instant(columns[0])
    case "after": options.dependencies.append(dependency(on: value, .ended))
    case "ok": options.dependencies.append(dependency(on: value, .succeeded))
    case "notok": options.dependencies.append(dependency(on: value, .failed))
    case "window": options.window = value
    case "array":
      let words = value.split(separator: "%").map(String.init)
      options.throttle = Int(words[1])
      if !arrays.contains(where: { $0.name == words[0] }) { arrays.append((words[0], job)) }
      jobs[jobs.count - 1].request.array = arrays.first { $0.name == words[0] }?.first
    case "held":
      incidents.append(Incident(at: instant(columns[0]), .hold(job, true)))
      incidents.append(Incident(at: instant(columns[1]), .hold(job, false)))
    case "cancel": incidents.append(Incident(at: instant(columns[0]), .cancel(job)))
    default: preconditionFailure("'\(word)' in a picture's job")
    }
    jobs[jobs.count - 1].request.terms =
      options == JobTerms.Options() ? nil : JobTerms(options)
  }

  private func dependency(
    on name: String, _ condition: JobDependency.Condition
  ) -> JobDependency {
    guard let place = names.firstIndex(of: name) else { preconditionFailure("no job '\(name)'") }
    return JobDependency(job: JobID(UInt32(place + 1)), condition: condition)
  }
}

extension TimeSpan {
  static let second = TimeSpan.seconds(1)
}

extension Instant {
  static func second(_ second: Int64) -> Instant { Instant(milliseconds: second * 1000) }
}

/// When each job started and ended, in columns, with every invariant checked on the way.
func startsAndEnds(
  of jobs: [SimulatedJob], _ incidents: [Incident] = [], on topology: Topology,
  _ policy: ClusterPolicy, column: TimeSpan = .second
) -> [(start: Int, end: Int)] {
  struct Watcher: ReplayObserver {
    var checker = InvariantChecker()
    var times: [(start: Int, end: Int)] = []
    let column: TimeSpan

    mutating func received(_ input: Input, at now: Instant) { checker.received(input, at: now) }

    mutating func performed(_ effect: Effect, at now: Instant) {
      checker.performed(effect, at: now)
      let place = Int(now.milliseconds / column.milliseconds)
      switch effect {
      case .append(.submitted): times.append((-1, -1))
      case .append(.started(let id, _, _, _)): times[Int(id.number) - 1].start = place
      case .append(.ended(let id, _, _)): times[Int(id.number) - 1].end = place
      default: break
      }
    }

    mutating func settled(_ machine: ControlMachine, at now: Instant) {
      checker.settled(machine, at: now)
    }
  }
  var watcher = Watcher(column: column)
  var cluster = VirtualCluster(topology: topology, policy: policy)
  cluster.incidents = incidents
  cluster.run(jobs, observer: &watcher)
  return watcher.times
}
