import Agent
import Foundation
import Testing
import Wire

@Suite struct `An agent's folder` {
  @Test func `is one agent's at a time`() throws {
    let folder = try TemporaryFolder()
    let first = try AgentFolder(folder.url.path)
    let trouble = #expect(throws: AgentFolder.Trouble.self) { try AgentFolder(folder.url.path) }
    #expect(trouble?.description.contains("another gnoded runs over \(folder.url.path)") == true)
    first.close()
    _ = try AgentFolder(folder.url.path)
  }

  @Test func `says in each session which agent it is, and whom it has served`() async throws {
    let bench = try await AgentBench()
    let first = try #require(bench.controller.registrations.last)
    #expect(first.cluster == nil && first.epoch == 0)
    bench.controller.setEpoch(5)
    for _ in 0..<2 {
      await bench.stop()
      try await bench.start()
    }
    let last = try #require(bench.controller.registrations.last)
    #expect(last.instance == first.instance && last.instance > 0)
    #expect(last.cluster == "fake" && last.epoch == 5)
  }

  /// What has no room for another file has room for this one.
  @Test func `has its contact written over in place`() async throws {
    let bench = try await AgentBench()
    let contact = bench.options.state + "/contact"
    func read() throws -> (inode: UInt64?, text: String) {
      let attributes = try FileManager.default.attributesOfItem(atPath: contact)
      let inode = attributes[.systemFileNumber] as? NSNumber
      return (inode?.uint64Value, try String(contentsOfFile: contact, encoding: .utf8))
    }
    _ = try await bench.await("../state/contact")
    let before = try read()
    _ = try await bench.await("../state/contact") { $0 != before.text }
    let after = try read()
    #expect(after.inode == before.inode && after.text.count == before.text.count)
    let numbers = after.text.split(whereSeparator: \.isWhitespace).compactMap { Int64($0) }
    #expect(numbers.count == 3 && numbers[0] + numbers[1] == numbers[2])
  }
}

@Suite struct `What an agent is told and says` {
  @Test func `is the fence that it keeps to, once that is kept`() async throws {
    let bench = try await AgentBench(fenceMs: 60_000)
    bench.controller.setFence(30_000)
    for _ in 0..<2000 where bench.controller.fence != 30_000 {
      try await Task.sleep(for: .milliseconds(5))
    }
    #expect(bench.controller.fence == 30_000)
    #expect(try await bench.await("../state/contact") { $0.contains(" 30000 ") }.isEmpty == false)
  }

  @Test func `is so many bytes at once, and not more`() async throws {
    let bench = try await AgentBench()
    let bytes = String(repeating: "A", count: 3 << 20)
    bench.outbox.post(
      contentsOf: (0..<6).map {
        Report.output(OutputPart(question: $0, offset: 0, bytes: bytes, isEnded: true))
      })
    try await bench.controller.await("all") { report in
      if case .output(let part) = report, part.question == 5 { () } else { nil }
    }
    #expect(bench.controller.largestBatch == 2)
  }
}

@Suite struct `A member's shim` {
  /// A shim that takes its time before it can take orders; `dash` would let all signals through.
  private func bench() async throws -> AgentBench {
    try await AgentBench { options in
      let shim = options.state + "-shim"
      let script = "#!/bin/bash\nsleep 0.3\nexec \(options.shim) \"$@\"\n"
      try? script.write(toFile: shim, atomically: true, encoding: .utf8)
      allow(shim, 0o755)
      options.shim = shim
    }
  }

  @Test func `hears an order that comes before it is there`() async throws {
    let bench = try await bench()
    bench.controller.send(.launch(bench.gang(7, "sleep 1000")))
    bench.controller.send(.terminate(job: 7, attempt: 1, graceMs: 1000))
    let end = try await bench.controller.end(of: bench.name(7))
    #expect(end.isTerminated && end.signal == "TERM")
  }

  @Test func `is found again by an agent that was told to launch its member`() async throws {
    let bench = try await AgentBench()
    bench.controller.send(.launch(bench.gang(7, "echo > ready; sleep 1000")))
    _ = try await bench.await("ready")
    await bench.stop()
    // The agent finds nothing of it when it starts: the folder comes back afterwards.
    let members = bench.options.state + "/members"
    let (path, aside) = ("\(members)/7.1.0", bench.options.state + "/aside")
    try FileManager.default.moveItem(atPath: path, toPath: aside)
    try await bench.start()
    try FileManager.default.moveItem(atPath: aside, toPath: path)
    bench.controller.send(.launch(bench.gang(7, "echo > again; sleep 1000")))
    try await bench.controller.start(of: bench.name(7))
    bench.controller.send(.terminate(job: 7, attempt: 1, graceMs: 1000))
    #expect(try await bench.controller.end(of: bench.name(7)).isTerminated)
    #expect(bench.text("again") == nil)
  }

  @Test func `of a new member waits until who leaves is gone`() async throws {
    let bench = try await AgentBench()
    let stubborn =
      "trap 'sleep 0.5; echo > left; exit 0' TERM; echo > ready; while :; do sleep 0.01; done"
    var launch = bench.gang(
      7, "if [ $RANK = 0 ]; then \(stubborn); fi\n[ -e left ] && echo > after")
    bench.controller.send(.launch(launch))
    _ = try await bench.await("ready")
    launch.members = [GangLaunch.Member(member: 1, node: "n1", devices: [0, 1])]
    bench.controller.send(.resize(launch, leaving: [0], signal: nil))
    #expect(try await bench.controller.end(of: bench.name(7, 1)).exitCode == 0)
    #expect(bench.text("after") != nil)
  }
}
