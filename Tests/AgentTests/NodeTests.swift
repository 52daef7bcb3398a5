import Agent
import Foundation
import MemoryGroups
import Testing
import Wire

@Suite struct `The limits of a member` {
  @Test(.enabled(if: MemoryGroups.limit, "no control group limits memory here"))
  func `more memory than it asked for ends it, and is said`() async throws {
    let bench = try await AgentBench()
    var launch = bench.gang(7, "exec tail /dev/zero")
    launch.members[0].memoryMib = 48
    let end = try await bench.run(launch)
    #expect(end.isOutOfMemory)
    #expect(end.exitCode == 137)
    #expect((30...48).contains(end.mostMemoryMib), "\(end.mostMemoryMib)")
    var small = bench.gang(8, "true")
    small.members[0].memoryMib = 48
    #expect(try await !bench.run(small).isOutOfMemory)
  }

  @Test(
    .enabled(
      if: MemoryGroups.own != nil && MemoryGroups.limit,
      "no control group of version 1 limits memory here"))
  func `more memory ends it also below a group whose tasks wait for memory`() async throws {
    let path = (MemoryGroups.own ?? "") + "/muster-waits-\(UUID().uuidString)"
    let folder = MemoryGroups.folder(path)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    defer { _ = unsafe rmdir(folder) }
    try Data("1".utf8).write(to: URL(filePath: folder + "/memory.oom_control"))
    let bench = try await AgentBench { $0.controlGroup = path }
    var launch = bench.gang(7, "exec tail /dev/zero")
    launch.members[0].memoryMib = 48
    #expect(try await bench.run(launch).isOutOfMemory)
  }

  @Test func `what can't be limited is said once`() async throws {
    let bench = try await AgentBench { $0.controlGroup = "/no/such/group" }
    let words = bench.log.all.filter { $0.hasPrefix("no control group for ") }
    #expect(words.contains { $0.contains("memory is not limited") })
    #expect(try await bench.run(bench.gang(7, "true")).exitCode == 0)
  }

  @Test func `the time that it computes is counted`() async throws {
    let bench = try await AgentBench()
    let script = "i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done"
    let end = try await bench.run(bench.gang(7, "(\(script)) & wait"))
    #expect(end.cpuMs > 10)
  }
}

@Suite struct `The output of a member` {
  private func ask(
    _ bench: AgentBench, _ question: UInt64, offset: Int64, most: Int
  ) async throws -> OutputPart {
    bench.controller.send(
      .readOutput(
        OutputQuestion(
          question: question, member: bench.name(7), stream: .output, offset: offset, most: most)))
    return try await bench.controller.await("answer \(question)") { report in
      guard case .output(let part) = report, part.question == question else { return nil }
      return part
    }
  }

  private func text(_ part: OutputPart) -> String? {
    Data(base64Encoded: part.bytes).map { String(decoding: $0, as: UTF8.self) }
  }

  @Test func `is read in parts, while it runs, at its end and afterwards`() async throws {
    let bench = try await AgentBench()
    let script = "echo hello; echo > ready; while [ ! -e go ]; do sleep 0.01; done; echo world"
    bench.controller.send(.launch(bench.gang(7, script)))
    _ = try await bench.await("ready")
    let first = try await ask(bench, 1, offset: 0, most: 3)
    #expect(text(first) == "hel" && !first.isEnded)
    let second = try await ask(bench, 2, offset: 3, most: 100)
    #expect(text(second) == "lo\n" && second.offset == 3 && !second.isEnded)
    try Data().write(to: URL(filePath: bench.work + "/go"))
    _ = try await bench.controller.end(of: bench.name(7))
    let last = try await ask(bench, 3, offset: -6, most: 100)
    #expect(text(last) == "world\n" && last.offset == 6 && last.isEnded)
    bench.controller.send(.forget(job: 7, attempt: 1))
    #expect(try await text(ask(bench, 4, offset: 0, most: 100)) == "hello\nworld\n")
  }

  @Test func `is read with the rights of the job's user`() async throws {
    guard getuid() == 0 else { return }
    let bench = try await AgentBench()
    try Data("secret".utf8).write(to: URL(filePath: bench.work + "/secret"))
    allow(bench.work + "/secret", 0o600)
    allow(bench.work, 0o777)
    var launch = bench.gang(7, "rm o; ln -s secret o")
    launch.user = TaskUser(uid: 65534, gid: 65534, name: "nobody")
    launch.task.output = "o"
    _ = try await bench.run(launch)
    let part = try await ask(bench, 1, offset: 0, most: 100)
    #expect(part.bytes.isEmpty && part.trouble?.contains("Permission denied") == true)
  }
}

@Suite struct `A node's accelerators` {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A copy of the library for tests, beside which a file says what ails it.
  private func library(_ ailment: String? = nil) throws -> String {
    let path = folder.url.appending(path: "libfake.so").path
    try FileManager.default.copyItem(atPath: product("libFakeNVML.so"), toPath: path)
    if let ailment { try folder.write("", to: ailment) }
    return path
  }

  @Test func `are found by NVIDIA's library`() throws {
    var sources = NodeDiscovery.Sources()
    sources.name = "n1"
    sources.nvml = try library()
    let found = NodeDiscovery.node(sources)
    #expect(found.isReal)
    #expect(found.node.accelerators == 4)
    #expect(found.node.model == "h200")
    #expect(found.node.memoryMib > 0 && found.node.milliCores >= 1000)
  }

  @Test func `are found in AMD's files`() throws {
    for (card, vendor) in [("card0", "0x1a03"), ("card1", "0x1002"), ("card2", "0x1002")] {
      try folder.write(vendor, to: "\(card)/device/vendor")
      try folder.write("1", to: "\(card)/device/mem_info_vram_total")
      try folder.write("AMD Instinct MI300X OAM\n", to: "\(card)/device/product_name")
    }
    var sources = NodeDiscovery.Sources()
    sources.nvml = "/no/such/library.so"
    sources.graphics = folder.url.path
    let found = NodeDiscovery.node(sources)
    #expect(found.node.accelerators == 2 && found.node.model == "mi300x" && found.isReal)
  }

  @Test(arguments: [("lost-2", "accelerator 2: GPU is lost"), ("broken-1", "accelerator 1: a row")])
  func `report what ails them, and what they have drawn`(
    ailment: String, words: String
  ) async throws {
    let path = try library(ailment)
    let bench = try await AgentBench {
      $0.hasRealAccelerators = true
      $0.nvml = path
    }
    let trouble = bench.controller.registrations.first?.nodes.first?.trouble
    #expect(trouble?.hasPrefix(words) == true)
    // The library counts five joules on each question; there are two accelerators.
    #expect(try await bench.run(bench.gang(7, "true")).energyJoules == 20)
  }
}

@Suite struct `A node on which everything fails at once` {
  private func failure(_ job: UInt32, _ user: UInt32, _ isNodes: Bool) -> QuickFailures.Failure {
    QuickFailures.Failure(job: job, user: user, isNodesFault: isNodes)
  }

  @Test func `rests, and longer each time`() {
    var failures = QuickFailures()
    var now: Int64 = 0
    for rest: Int64 in [60_000, 120_000, 240_000] {
      for job: UInt32 in 1...3 { failures.add(failure(job, 1, true), at: now) }
      #expect(failures.trouble(at: now + rest - 1) != nil)
      #expect(failures.trouble(at: now + rest) == nil)
      now += rest
    }
  }

  @Test func `does not rest because of one user's mistakes, nor of one array's`() {
    var failures = QuickFailures()
    for job: UInt32 in 1...100 { failures.add(failure(job, 1, false), at: 0) }
    #expect(failures.trouble(at: 1) == nil)
    for _ in 1...100 { failures.add(failure(7, 2, true), at: 0) }
    #expect(failures.trouble(at: 1) == nil)
    failures.add(failure(8, 3, false), at: 0)
    #expect(failures.trouble(at: 1) != nil)
  }

  @Test func `is well again once something runs`() {
    var failures = QuickFailures()
    for job: UInt32 in 1...2 { failures.add(failure(job, 1, true), at: 0) }
    failures.succeeded()
    failures.add(failure(3, 1, true), at: 0)
    #expect(failures.trouble(at: 1) == nil)
  }
}
