import Agent
import Foundation
import Testing
import Wire

@Suite struct `What a task finds` {
  /// The variables that each task of a script wrote to a file of its own.
  private func variables(_ file: String, of bench: AgentBench) throws -> [String: String] {
    let text = try #require(bench.text(file), "no \(file)")
    var found: [String: String] = [:]
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: "=", maxSplits: 1)
      found[String(parts[0])] = parts.count == 2 ? String(parts[1]) : ""
    }
    return found
  }

  /// Three members on one node, two tasks each.
  private func gang(_ bench: AgentBench) -> GangLaunch {
    var launch = bench.gang(7, "env > env.$RANK", members: 3)
    launch.task.tasksPerMember = 2
    launch.task.environment = ["MyOwn": "a=b c", "RANK": "wrong", "HOME": "/my/home"]
    launch.members = (0..<3).map {
      GangLaunch.Member(member: $0, node: "n1", devices: $0 == 0 ? [0, 1, 2] : $0 == 1 ? [3] : [])
    }
    return launch
  }

  @Test func `ranks count tasks, and accelerators are divided among them`() async throws {
    let bench = try await AgentBench()
    bench.controller.send(.launch(gang(bench)))
    for member in 0..<3 { _ = try await bench.controller.end(of: bench.name(7, member)) }
    let devices = ["0", "1,2", "3", "3", "", ""]
    for rank in 0..<6 {
      let found = try variables("env.\(rank)", of: bench)
      #expect(found["RANK"] == "\(rank)")
      #expect(found["LOCAL_RANK"] == "\(rank % 2)")
      #expect(found["NODE_RANK"] == "\(rank / 2)")
      #expect(found["WORLD_SIZE"] == "6")
      #expect(found["LOCAL_WORLD_SIZE"] == "2")
      #expect(found["CUDA_VISIBLE_DEVICES"] == devices[rank], "rank \(rank)")
    }
  }

  @Test func `it knows its job, its gang and its place in it`() async throws {
    let bench = try await AgentBench()
    bench.controller.send(.launch(gang(bench)))
    _ = try await bench.controller.end(of: bench.name(7, 1))
    let found = try variables("env.2", of: bench)
    let expected = [
      "MUSTER_JOB_ID": "7", "MUSTER_MEMBER": "1", "MUSTER_MEMBERS": "3", "MUSTER_ATTEMPT": "1",
      "MUSTER_NODELIST": "n1,m[2-3]", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29500",
      "MUSTER_CHECKPOINT_DIR": bench.work + "/muster-7.checkpoints", "PWD": bench.work,
      "MyOwn": "a=b c", "HOME": "/my/home",
    ]
    for (name, value) in expected { #expect(found[name] == value, "\(name)") }
    #expect(found["MUSTER_NOTIFY"]?.isEmpty == false)
    #expect(found["MUSTER_MEMBERS_FILE"]?.isEmpty == false)
  }

  @Test func `the file of members has a line for each`() async throws {
    let bench = try await AgentBench()
    var launch = bench.gang(7, "cat $MUSTER_MEMBERS_FILE > list", members: 3)
    launch.task.output = "/dev/null"
    _ = try await bench.run(launch)
    #expect(bench.text("list") == "n1\nm2\nm3\n")
  }

  @Test func `a script without a first line goes to the shell, another to what that names`()
    async throws
  {
    let bench = try await AgentBench()
    var plain = bench.gang(7, "")
    plain.task.script = "echo plain $0 | sed 's:/.*/::'"
    plain.task.output = "plain"
    _ = try await bench.run(plain)
    #expect(bench.text("plain") == "plain script\n")
    var shell = bench.gang(8, "")
    shell.task.script = "#! /usr/bin/env -S sed -n 2p\nsecond\n"
    shell.task.output = "shell"
    _ = try await bench.run(shell)
    #expect(bench.text("shell") == "second\n")
  }
}
