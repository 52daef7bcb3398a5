import Cluster
import Control
import Fleet
import Jobs
import Policy
import Testing
import Units

@Suite struct `Tasks that outlast their limit` {
  /// Agents that take up to four seconds to end what they are told to end.
  private struct SlowAgents {
    var machine: ControlMachine
    var ends: [(at: Int64, job: JobID, attempt: AttemptNumber, exit: TaskExit)] = []
    var alarm: Int64?
    var random: SeededGenerator

    mutating func give(_ input: Input, at second: Int64) {
      var effects: [Effect] = []
      machine.handle(input, at: Instant(milliseconds: second * 1000), into: &effects)
      machine.state.checkInvariants()
      for effect in effects {
        switch effect {
        case .launch(let job, let attempt, _):
          // Half of them never end by themselves.
          guard random.below(2) == 0 else { continue }
          ends.append((second + Int64(random.below(9)), job, attempt, .finished))
        case .terminate(let job, let attempt):
          ends.append((second + Int64(random.below(5)), job, attempt, .terminated))
        case .wake(let instant):
          alarm = instant.milliseconds / 1000
        case .append, .record, .accepted, .acceptedArray, .rejected, .refused, .signal, .resize:
          break
        }
      }
    }

    mutating func pass(_ second: Int64) {
      while let due = ends.indices.filter({ ends[$0].at <= second }).first {
        let end = ends.remove(at: due)
        give(.tasksGone(end.job, end.attempt, end.exit), at: second)
      }
      guard let alarm, alarm <= second else { return }
      self.alarm = nil
      give(.tick, at: second)
    }
  }

  @Test(arguments: ClusterPolicy.builtIn.map(\.name), 0..<20)
  func `make others wait, and break nothing`(name: String, seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let (nodes, accelerators) = (1 + random.below(4), 1 + random.below(4))
    let topology = try Topology.flat(nodes: nodes, accelerators: accelerators)
    let policy = try #require(ClusterPolicy.builtIn(named: name))
    var agents = SlowAgents(
      machine: ControlMachine(topology: topology, policy: policy), random: random)
    for second in 0..<30 as Range<Int64> {
      let size = 1 + random.below(nodes * accelerators)
      let request = JobRequest(
        shape: .accelerators(size, perNode: accelerators),
        timeLimit: .seconds(Int64(random.below(6))))
      agents.give(.submit(request), at: second)
      agents.pass(second)
    }
    var second: Int64 = 30
    while agents.machine.state.jobs.count > 0, second < 2000 {
      agents.pass(second)
      second += 1
    }
    #expect(agents.machine.state.jobs.count == 0)
  }
}
