import Cluster
import Control
import Fleet
import Jobs
import Policy
import Scheduling
import Testing
import Units

/// Plays the world around a machine: gives it inputs second by second, and keeps what it wants.
struct Driver {
  var machine: ControlMachine

  /// What the last input led to.
  private(set) var effects: [Effect] = []

  init(_ policy: String = "fcfs+easy", nodes: Int = 2, accelerators: Int = 4) throws {
    let policy = try #require(ClusterPolicy.builtIn(named: policy))
    let topology = try Topology.flat(nodes: nodes, accelerators: accelerators)
    machine = ControlMachine(topology: topology, policy: policy)
  }

  init(_ machine: ControlMachine) { self.machine = machine }

  mutating func give(_ input: Input, at second: Int64) {
    effects = []
    machine.handle(input, at: .second(second), into: &effects)
    machine.state.checkInvariants()
  }

  mutating func submit(_ accelerators: Int, limit: Int64, at second: Int64) {
    give(.submit(.of(accelerators, limit: limit)), at: second)
  }

  mutating func gone(_ job: UInt32, _ exit: TaskExit = .finished, at second: Int64) {
    give(.tasksGone(JobID(job), AttemptNumber(1), exit), at: second)
  }

  mutating func tick(at second: Int64) { give(.tick, at: second) }

  /// The jobs that were started by the last input.
  var launched: [UInt32] {
    effects.compactMap { if case .launch(let job, _, _) = $0 { job.number } else { nil } }
  }

  /// The jobs whose tasks the machine wants ended.
  var terminated: [UInt32] {
    effects.compactMap { if case .terminate(let job, _) = $0 { job.number } else { nil } }
  }

  /// The seconds at which the machine asks to be woken.
  var alarms: [Int64] {
    effects.compactMap { if case .wake(let at) = $0 { at.milliseconds / 1000 } else { nil } }
  }

  var events: [Event] {
    effects.compactMap { if case .append(let event) = $0 { event } else { nil } }
  }
}

extension Instant {
  static func second(_ second: Int64) -> Instant { Instant(milliseconds: second * 1000) }
}

extension JobRequest {
  /// Accelerators on nodes of four, as `--fleet Nx4` asks for them.
  static func of(_ accelerators: Int, limit: Int64) -> JobRequest {
    JobRequest(shape: .accelerators(accelerators, perNode: 4), timeLimit: .seconds(limit))
  }
}
