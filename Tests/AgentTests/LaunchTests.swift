import Agent
import Foundation
import Testing
import Wire

@Suite struct `A member of real processes` {
  @Test(arguments: [(0, nil), (3, nil), (143, "TERM"), (139, "SEGV")] as [(Int, String?)])
  func `ends with its code, or its signal`(code: Int, signal: String?) async throws {
    let bench = try await AgentBench()
    let script = signal.map { "kill -\($0) $$" } ?? "exit \(code)"
    let end = try await bench.run(bench.gang(7, script))
    #expect(end.exitCode == code)
    #expect(end.signal == signal)
    #expect(!end.isTerminated)
    #expect(bench.controller.reports.first == .started(bench.name(7)))
  }

  @Test func `takes its children with it`() async throws {
    let bench = try await AgentBench()
    let script = "setsid sleep 1000 & echo $! > child; (sleep 1000 & echo $! > other) ; exit 0"
    _ = try await bench.run(bench.gang(7, script))
    for file in ["child", "other"] {
      let child = try #require(bench.text(file).flatMap { Int32($0.dropLast()) })
      #expect(kill(child, 0) == -1, "\(file) \(child) lives")
    }
  }

  @Test func `writes to the files that its patterns name`() async throws {
    let bench = try await AgentBench()
    var launch = bench.gang(7, "echo out $1; echo err >&2")
    launch.task.arguments = ["two words"]
    launch.arrayIndex = 4
    launch.task.output = "%j-%a-%t-%N-%x-%u-%%-%q.out"
    launch.task.errors = bench.work + "/%j.err"
    _ = try await bench.run(launch)
    #expect(bench.text("7-4-0-n1-train-\(NSUserName())-%-%q.out") == "out two words\n")
    #expect(bench.text("7.err") == "err\n")
  }

  @Test(arguments: [(false, 1, "new\n"), (true, 1, "old\nnew\n"), (false, 2, "old\nnew\n")])
  func `empties an old output file, but not that of an earlier attempt`(
    appends: Bool, attempt: UInt16, text: String
  ) async throws {
    let bench = try await AgentBench()
    try Data("old\n".utf8).write(to: URL(filePath: bench.work + "/o"))
    var launch = bench.gang(7, "echo new")
    launch.task.output = "o"
    launch.task.appends = appends
    launch.attempt = attempt
    bench.controller.send(.launch(launch))
    _ = try await bench.controller.end(of: MemberName(job: 7, attempt: attempt, member: 0))
    #expect(bench.text("o") == text)
  }

  @Test func `is not started where it can't be, and says why`() async throws {
    let bench = try await AgentBench()
    var nowhere = bench.gang(7, "true")
    nowhere.task.directory = "/nowhere/at/all"
    var unread = bench.gang(8, "true")
    unread.task.script = "#!/no/interpreter\n"
    for launch in [nowhere, unread] {
      bench.controller.send(.launch(launch))
      let what = try await bench.notStarted(launch.job)
      #expect(what.contains("No such file"), "\(what)")
      #expect(what.contains(launch.job == 7 ? "/nowhere/at/all" : "/no/interpreter"), "\(what)")
    }
  }

  @Test func `runs once, however often it is launched`() async throws {
    let bench = try await AgentBench()
    let launch = bench.gang(7, "echo run >> count")
    bench.controller.send(.launch(launch))
    _ = try await bench.run(launch)
    bench.controller.send(.forget(job: 7, attempt: 1))
    bench.controller.send(.launch(launch))
    _ = try await bench.run(bench.gang(8, "true"))
    #expect(bench.text("count") == "run\n")
    await bench.stop()
    try await bench.start()
    bench.controller.send(.launch(launch))
    _ = try await bench.run(bench.gang(9, "true"))
    #expect(bench.text("count") == "run\n")
  }

  @Test func `runs as the user who submitted it`() async throws {
    guard getuid() == 0 else { return }
    let bench = try await AgentBench()
    allow(bench.work, 0o777)
    var launch = bench.gang(7, "id -u; id -g; id -G; echo $HOME")
    launch.user = TaskUser(uid: 65534, gid: 65534, name: "nobody")
    launch.task.output = "o"
    _ = try await bench.run(launch)
    #expect(bench.text("o")?.hasPrefix("65534\n65534\n65534\n") == true, "\(bench.text("o") ?? "")")
    let owner = try FileManager.default.attributesOfItem(atPath: bench.work + "/o")
    #expect(owner[.ownerAccountID] as? Int == 65534)
  }

  @Test func `has a prolog before it and an epilog behind it`() async throws {
    let folder = try TemporaryFolder()
    for (name, code) in [("prolog", 0), ("epilog", 1), ("bad", 3)] {
      try folder.write(
        "#!/bin/sh\necho \(name) $MUSTER_JOB_ID$MARK >> \(folder.url.path)/log; exit \(code)\n",
        to: name
      )
      allow(folder.url.appending(path: name).path, 0o755)
    }
    let bench = try await AgentBench {
      $0.prolog = folder.url.appending(path: "prolog").path
      $0.epilog = folder.url.appending(path: "epilog").path
    }
    let log = folder.url.appending(path: "log")
    var launch = bench.gang(7, "echo task >> \(log.path)")
    launch.task.environment = ["MARK": "x"]
    #expect(try await bench.run(launch).exitCode == 0)
    #expect(try String(contentsOf: log, encoding: .utf8) == "prolog 7\ntask\nepilog 7\n")
    let other = try await AgentBench { $0.prolog = folder.url.appending(path: "bad").path }
    other.controller.send(.launch(other.gang(8, "echo task >> \(log.path)")))
    #expect(try await other.notStarted(8).contains("prolog"))
    #expect(try !String(contentsOf: log, encoding: .utf8).contains("bad 8\ntask"))
  }

  @Test func `says what a machine without root can't do`() async throws {
    guard getuid() != 0 else { return }
    let bench = try await AgentBench()
    var launch = bench.gang(7, "true")
    launch.user = TaskUser(uid: 0, gid: 0, name: "root")
    bench.controller.send(.launch(launch))
    #expect(try await bench.notStarted(7).contains("not root"))
  }
}

extension AgentBench {
  func notStarted(_ job: UInt32) async throws -> String {
    let name = name(job)
    return try await controller.await("job \(job) not started") { report in
      guard case .notStarted(name, let what) = report else { return nil }
      return what
    }
  }
}
