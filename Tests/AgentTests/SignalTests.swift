import Agent
import Foundation
import Testing
import Units
import Wire

@Suite struct `A member that is told something` {
  private let ready = "echo ready > ready; "

  private func start(_ bench: AgentBench, _ script: String) async throws {
    var launch = bench.gang(7, script)
    launch.task.output = "out"
    bench.controller.send(.launch(launch))
    _ = try await bench.await("ready")
  }

  @Test func `may end in peace within its grace`() async throws {
    let bench = try await AgentBench()
    try await start(
      bench, "trap 'echo kept > kept; exit 0' TERM; \(ready) while :; do sleep 0.01; done")
    bench.controller.send(.terminate(job: 7, attempt: 1, graceMs: 20_000))
    let end = try await bench.controller.end(of: bench.name(7))
    #expect(end.exitCode == 0 && end.isTerminated && end.signal == nil)
    #expect(bench.text("kept") == "kept\n")
  }

  @Test func `is killed behind its grace`() async throws {
    let bench = try await AgentBench()
    try await start(bench, "trap '' TERM; \(ready) while :; do sleep 0.01; done")
    bench.controller.send(.terminate(job: 7, attempt: 1, graceMs: 100))
    let end = try await bench.controller.end(of: bench.name(7))
    #expect(end.exitCode == 137 && end.isTerminated && end.signal == "KILL")
  }

  @Test func `a child of a shell that ends at once has the whole grace`() async throws {
    let bench = try await AgentBench()
    let child = "sh -c 'trap \"sleep 0.2; echo kept > kept; exit 0\" TERM; \(ready) "
    try await start(bench, child + "while :; do sleep 0.01; done'; true")
    bench.controller.send(.terminate(job: 7, attempt: 1, graceMs: 20_000))
    let end = try await bench.controller.end(of: bench.name(7))
    #expect(end.signal == "TERM")
    #expect(bench.text("kept") == "kept\n")
  }

  @Test func `a signal goes to those who catch it, past the shell that started them`() async throws
  {
    let bench = try await AgentBench()
    let child = "sh -c 'trap \"echo caught; exit 5\" USR2; \(ready) "
    try await start(bench, child + "while :; do sleep 0.01; done'; echo $?; exit 6")
    bench.controller.send(.signal(job: 7, attempt: 1, name: "USR2"))
    let end = try await bench.controller.end(of: bench.name(7))
    #expect(end.exitCode == 6 && !end.isTerminated)
    #expect(bench.text("out") == "caught\n5\n")
  }

  @Test func `a signal that nobody catches ends it`() async throws {
    let bench = try await AgentBench()
    try await start(bench, "\(ready) while :; do sleep 0.01; done")
    bench.controller.send(.signal(job: 7, attempt: 1, name: "NOSUCH"))
    bench.controller.send(.signal(job: 7, attempt: 1, name: "USR1"))
    let end = try await bench.controller.end(of: bench.name(7))
    #expect(end.signal == "USR1" && end.exitCode == 138)
    #expect(bench.log.all.contains { $0.contains("NOSUCH") })
  }

  @Test func `is warned before its time limit`() async throws {
    let bench = try await AgentBench()
    var launch = bench.gang(7, "trap 'echo warned; exit 0' USR1; while :; do sleep 0.01; done")
    launch.task.output = "out"
    launch.task.warning = TaskSpec.SignalAhead(signal: "USR1", aheadMs: 60_000)
    launch.timeLeftMs = 60_500
    let end = try await bench.run(launch)
    #expect(end.exitCode == 0 && bench.text("out") == "warned\n")
  }

  @Test func `one task that fails takes the others of the member along`() async throws {
    let bench = try await AgentBench()
    var launch = bench.gang(7, "[ $RANK = 1 ] && exit 9; sleep 1000")
    launch.task.tasksPerMember = 3
    let end = try await bench.run(launch)
    #expect(end.exitCode == 9 && end.signal == nil && !end.isTerminated)
  }

  @Test func `goes where a gang shrinks, and learns who is left where it stays`() async throws {
    let bench = try await AgentBench()
    let script = """
      trap 'cat $MUSTER_MEMBERS_FILE > left; exit 0' USR1
      echo > ready$RANK; while :; do sleep 0.01; done
      """
    var launch = bench.gang(7, script, members: 2)
    launch.members.append(GangLaunch.Member(member: 1, node: "n1", devices: [2, 3]))
    bench.controller.send(.launch(launch))
    for rank in 0..<2 { _ = try await bench.await("ready\(rank)") }
    var smaller = launch
    smaller.members.removeLast()
    smaller.memberCount = 1
    smaller.nodes = "n1"
    bench.controller.send(.resize(smaller, leaving: [1], signal: "USR1"))
    let gone = bench.name(7, 1)
    try await bench.controller.await("\(gone) resized") { $0 == .resized(gone) ? () : nil }
    _ = try await bench.controller.end(of: bench.name(7))
    #expect(bench.text("left") == "n1\n")
  }
}

@Suite struct `What a task says` {
  /// Sends a datagram, as a task would.
  private func say(_ text: String, to path: String) throws {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
      unsafe room.copyBytes(from: Array(path.utf8))
    }
    let made = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    defer { close(made) }
    let size = socklen_t(MemoryLayout<sockaddr_un>.size)
    let bytes = Array(text.utf8)
    let sent = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bare in
        unsafe sendto(made, bytes, bytes.count, 0, bare, size)
      }
    }
    try #require(sent == bytes.count, "errno \(errno)")
  }

  @Test func `is reported: checkpoints, readiness and status`() async throws {
    let bench = try await AgentBench()
    bench.controller.send(.launch(bench.gang(7, "echo $MUSTER_NOTIFY > path; exec sleep 1000")))
    let path = try await bench.await("path") { $0.hasSuffix("\n") }.dropLast()
    let name = bench.name(7)
    try say("READY=1", to: String(path))
    try await bench.controller.await("ready") { $0 == .status(name, text: "ready") ? () : nil }
    try say("CHECKPOINT=1\nSTATUS=epoch 3\nWATCHDOG=1", to: String(path))
    try await bench.controller.await("checkpoint") { $0 == .checkpointed(name) ? () : nil }
    try await bench.controller.await("status") { $0 == .status(name, text: "epoch 3") ? () : nil }
    // Said while no agent lives, it is not lost.
    await bench.stop()
    try say("STATUS=alone", to: String(path))
    try await bench.start()
    try await bench.controller.await("status") { $0 == .status(name, text: "alone") ? () : nil }
    bench.controller.send(.terminate(job: 7, attempt: 1, graceMs: 0))
    _ = try await bench.controller.end(of: name)
  }
}
