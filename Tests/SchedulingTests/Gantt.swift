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

func gantt(
  _ policy: ClusterPolicy, on fleet: (nodes: Int, accelerators: Int), _ text: String
) throws -> String {
  let topology = try Topology.flat(nodes: fleet.nodes, accelerators: fleet.accelerators)
  var names: [String] = []
  let jobs = text.split(separator: "\n").map { line in
    let words = line.split(separator: " ")
    names.append(String(words[0]))
    let numbers = words.dropFirst().map { Int64($0) ?? -1 }
    return SimulatedJob(
      submitted: Instant(milliseconds: numbers[0] * 1000),
      request: JobRequest(
        shape: .accelerators(Int(numbers[1]), perNode: fleet.accelerators),
        timeLimit: .seconds(numbers[2])),
      runTime: .seconds(numbers[3]))
  }
  let times = startsAndEnds(of: jobs, on: topology, policy)
  let last = times.map(\.end).max() ?? 0
  return zip(names, zip(jobs, times)).map { name, job in
    let (submitted, (start, end)) = (Int(job.0.submitted.milliseconds / 1000), job.1)
    let line =
      String(repeating: " ", count: submitted) + String(repeating: ".", count: start - submitted)
      + String(repeating: "=", count: end - start) + String(repeating: " ", count: last - end)
    return "\(name) |\(line)|"
  }.joined(separator: "\n")
}

/// When each job started and ended, in seconds, with every invariant checked on the way.
func startsAndEnds(
  of jobs: [SimulatedJob], on topology: Topology, _ policy: ClusterPolicy
) -> [(start: Int, end: Int)] {
  struct Watcher: ReplayObserver {
    var checker = InvariantChecker()
    var times: [(start: Int, end: Int)] = []

    mutating func received(_ input: Input, at now: Instant) { checker.received(input, at: now) }

    mutating func performed(_ effect: Effect, at now: Instant) {
      checker.performed(effect, at: now)
      let second = Int(now.milliseconds / 1000)
      switch effect {
      case .append(.submitted): times.append((-1, -1))
      case .append(.started(let id, _, _, _)): times[Int(id.number) - 1].start = second
      case .append(.ended(let id, _, _)): times[Int(id.number) - 1].end = second
      default: break
      }
    }

    mutating func settled(_ machine: ControlMachine, at now: Instant) {
      checker.settled(machine, at: now)
    }
  }
  var watcher = Watcher()
  var cluster = VirtualCluster(topology: topology, policy: policy)
  cluster.run(jobs, observer: &watcher)
  return watcher.times
}
