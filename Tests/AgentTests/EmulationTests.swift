import Agent
import Foundation
import Testing
import Wire

@Suite struct `An emulated fleet` {
  private struct Stage {
    let controller = FakeController()
    let outbox = ReportOutbox()
    let task: Task<Void, Never>
    let folder: TemporaryFolder

    /// A fleet of nodes n0, n1, … and its agent at work.
    init(nodes: Int, _ options: EmulatedFleet.Options) async throws {
      folder = try TemporaryFolder()
      let all = (0..<nodes).map {
        AgentRegistration.Node(
          name: "n\($0)", address: "127.0.0.1", milliCores: 1000, memoryMib: 1024)
      }
      let host = await EmulatedFleet(all, options, outbox: outbox)
      let agent = NodeAgent(
        name: "fleet", link: controller, host: host, outbox: outbox,
        folder: try AgentFolder(folder.url.path), log: { _ in })
      task = Task { await agent.run() }
      while controller.registrations.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
    }

    func stop() {
      task.cancel()
      clean(folder.url, after: task)
    }

    func launch(_ job: UInt32, _ change: (inout TaskSpec) -> Void = { _ in }) {
      var task = TaskSpec(script: "#!/bin/sh\necho; sleep 2m\n", directory: "/")
      change(&task)
      var launch = GangLaunch(job: job, attempt: 1, epoch: 1, user: .own, task: task)
      let node = "n\(job % 10)"
      launch.members = [GangLaunch.Member(member: 0, node: node, devices: [])]
      launch.memberCount = 1
      controller.send(.launch(launch))
    }

    func name(_ job: UInt32) -> MemberName { MemberName(job: job, attempt: 1, member: 0) }
  }

  @Test func `plays a thousand tasks to their ends`() async throws {
    var options = EmulatedFleet.Options()
    options.timeScale = 400
    let stage = try await Stage(nodes: 10, options)
    defer { stage.stop() }
    for job: UInt32 in 1...1000 {
      stage.launch(job) { $0.environment["MUSTER_EMULATE_SECONDS"] = "\(job % 100)" }
    }
    var ends: [MemberName] = []
    for _ in 0..<4000 where ends.count < 1000 {
      try await Task.sleep(for: .milliseconds(5))
      ends = stage.controller.reports.compactMap { report in
        guard case .ended(let name, let end) = report, end.exitCode == 0 else { return nil }
        return name
      }
    }
    #expect(ends.count == 1000)
    #expect(Set(ends).count == 1000)
  }

  @Test func `reads how long a task takes in its script, and how it ends`() async throws {
    var options = EmulatedFleet.Options()
    options.timeScale = 1200
    let stage = try await Stage(nodes: 10, options)
    defer { stage.stop() }
    let begin = ContinuousClock.now
    stage.launch(1) { $0.environment["MUSTER_EMULATE_EXIT"] = "3" }
    #expect(try await stage.controller.end(of: stage.name(1)).exitCode == 3)
    #expect(ContinuousClock.now - begin >= .milliseconds(100), "two minutes at 1200")
  }

  @Test func `makes checkpoints, and ends tasks when it is told to`() async throws {
    let stage = try await Stage(nodes: 10, EmulatedFleet.Options())
    defer { stage.stop() }
    stage.launch(1) { $0.checkpointSignal = TaskSpec.SignalAhead(signal: "USR2", aheadMs: 0) }
    stage.controller.send(.signal(job: 1, attempt: 1, name: "USR2"))
    let name = stage.name(1)
    try await stage.controller.await("checkpoint") { $0 == .checkpointed(name) ? () : nil }
    stage.controller.send(.terminate(job: 1, attempt: 1, graceMs: 1000))
    #expect(try await stage.controller.end(of: name).isTerminated)
  }

  @Test func `loses a node on request`() async throws {
    var options = EmulatedFleet.Options()
    options.faults = [EmulatedFault(node: "n1", afterSeconds: 0.1)]
    let stage = try await Stage(nodes: 10, options)
    defer { stage.stop() }
    stage.launch(1)
    stage.launch(2)
    #expect(try await stage.controller.end(of: stage.name(1)).signal == "KILL")
    #expect(stage.controller.reports.contains(.started(stage.name(2))))
    #expect(
      !stage.controller.reports.contains { report in
        if case .ended(stage.name(2), _) = report { true } else { false }
      })
  }

  @Test func `gets a lost node back`() async throws {
    var options = EmulatedFleet.Options()
    options.timeScale = 100
    options.faults = [EmulatedFault(node: "n1", afterSeconds: 2, forSeconds: 2)]
    let stage = try await Stage(nodes: 10, options)
    defer { stage.stop() }
    try await stage.controller.await("n1 back") {
      $0 == .health(node: "n1", trouble: nil) ? () : nil
    }
    stage.launch(1)
    #expect(try await stage.controller.end(of: stage.name(1)).exitCode == 0)
  }

  @Test func `a file of faults has a time, a node and how long on each line`() throws {
    let faults = try EmulatedFault.decode("# two\n60 n1\n\n90.5 n2 30 # back\n", file: "f")
    #expect(
      faults == [
        EmulatedFault(node: "n1", afterSeconds: 60),
        EmulatedFault(node: "n2", afterSeconds: 90.5, forSeconds: 30),
      ])
    #expect(throws: FaultFileError.self) { try EmulatedFault.decode("60 n1\nn2 60\n", file: "f") }
  }
}
