import Fleet
import Policy
import PolicyFiles
import Simulation
import Testing
import Traces
import Units

/// The instants, in seconds, at which the jobs of a trace come, which did so at 100 s and 160 s.
private func arrivals(start: Int64?) throws -> [Int64] {
  var scenario = Scenario(
    name: "s", fleet: .flat(nodes: 1, accelerators: 1), policy: "fcfs")
  scenario.start = start.map { Instant(milliseconds: $0 * 1000) }
  scenario.trace = RecordedJobs(file: "t.swf")
  let jobs = [100, 160].map { second in
    TraceJob(
      submitted: Instant(milliseconds: second * 1000), runTime: .seconds(10), requestedTime: nil,
      size: 1)
  }
  let topology = try Topology.flat(nodes: 1, accelerators: 1)
  var users = ScenarioUsers(
    scenario, topology: topology, policy: ClusterPolicy(name: "fcfs"), trace: jobs,
    mapping: RequestMapping(topology: topology, overruns: .raise))
  #expect(users.beginning == users.nextSubmission)
  var seconds: [Int64] = []
  while users.nextSubmission != nil {
    seconds.append(users.submit().submitted.milliseconds / 1000)
  }
  return seconds
}

@Suite struct `A scenario's trace` {
  @Test func `comes when its clock says`() throws {
    #expect(try arrivals(start: nil) == [100, 160])
  }

  @Test func `begins when the scenario starts, sooner or later`() throws {
    #expect(try arrivals(start: 1_772_323_200) == [1_772_323_200, 1_772_323_260])
    #expect(try arrivals(start: 40) == [40, 100])
  }
}
