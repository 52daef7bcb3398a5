import Agent
import Foundation
import Testing
import Wire

/// What every agent does alike, whether it runs processes or plays them.
@Suite struct `Every agent` {
  enum Kind: CaseIterable {
    case real, emulated
  }

  /// An agent of one kind at work.
  private final class Stage {
    let controller = FakeController()
    let folder: TemporaryFolder
    private var task: Task<Void, Never>?

    init(_ kind: Kind) async throws {
      folder = try TemporaryFolder()
      let state = try AgentFolder(folder.url.appending(path: "state").path)
      let outbox = ReportOutbox()
      let node = AgentRegistration.Node(
        name: "n1", address: "127.0.0.1", milliCores: 1000, memoryMib: 1024)
      let host: any TaskHost =
        switch kind {
        case .real:
          try await NodeHost(
            NodeOptions(node: node, state: state.path, shim: product("gnoded-shim")), in: state,
            outbox: outbox)
        case .emulated: await EmulatedFleet([node], EmulatedFleet.Options(), outbox: outbox)
        }
      let agent = NodeAgent(
        name: "n1", link: controller, host: host, outbox: outbox, folder: state, log: { _ in })
      task = Task { await agent.run() }
      while controller.registrations.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
    }

    deinit {
      task?.cancel()
      clean(folder.url, after: task)
    }

    /// A gang of members on the one node, which run for some time and leave a code behind.
    func gang(_ job: UInt32, seconds: Int = 0, code: Int = 0, members: Int = 1) -> GangLaunch {
      var task = TaskSpec(
        script: "#!/bin/sh\nsleep \(seconds)\nexit \(code)\n", directory: folder.url.path)
      task.environment["MUSTER_EMULATE_EXIT"] = "\(code)"
      var launch = GangLaunch(job: job, attempt: 1, epoch: 1, user: .own, task: task)
      launch.members = (0..<members).map {
        GangLaunch.Member(member: $0, node: "n1", devices: [])
      }
      launch.memberCount = members
      return launch
    }

    /// How often each report came.
    func count(_ isMeant: (Report) -> Bool) -> Int { controller.reports.count(where: isMeant) }
  }

  private func name(_ job: UInt32, _ member: Int = 0) -> MemberName {
    MemberName(job: job, attempt: 1, member: member)
  }

  @Test(arguments: Kind.allCases)
  func `says that a member runs, then how it ended`(kind: Kind) async throws {
    let stage = try await Stage(kind)
    stage.controller.send(.launch(stage.gang(7, code: 3)))
    let end = try await stage.controller.end(of: name(7))
    #expect(end.exitCode == 3 && end.signal == nil && !end.isTerminated && !end.isOutOfMemory)
    #expect(stage.controller.reports.first == .started(name(7)))
  }

  @Test(arguments: Kind.allCases)
  func `starts a member once, also when it is forgotten`(kind: Kind) async throws {
    let stage = try await Stage(kind)
    let launch = stage.gang(7)
    stage.controller.send(.launch(launch))
    stage.controller.send(.launch(launch))
    _ = try await stage.controller.end(of: name(7))
    stage.controller.send(.forget(job: 7, attempt: 1))
    stage.controller.send(.launch(launch))
    stage.controller.send(.launch(stage.gang(8)))
    _ = try await stage.controller.end(of: name(8))
    #expect(stage.count { $0 == .started(name(7)) } == 1)
  }

  @Test(arguments: Kind.allCases)
  func `ends all members of an attempt when it is told to, and says so`(kind: Kind) async throws {
    let stage = try await Stage(kind)
    stage.controller.send(.launch(stage.gang(7, seconds: 1000, members: 3)))
    for member in 0..<3 { try await stage.controller.start(of: name(7, member)) }
    stage.controller.send(.terminate(job: 8, attempt: 1, graceMs: 0))
    stage.controller.send(.terminate(job: 7, attempt: 1, graceMs: 10_000))
    for member in 0..<3 {
      let end = try await stage.controller.end(of: name(7, member))
      #expect(end.isTerminated && end.exitCode == 143 && end.signal == "TERM")
    }
  }

  @Test(arguments: Kind.allCases)
  func `lets members of a gang go, and starts others`(kind: Kind) async throws {
    let stage = try await Stage(kind)
    var launch = stage.gang(7, seconds: 1000, members: 2)
    stage.controller.send(.launch(launch))
    for member in 0..<2 { try await stage.controller.start(of: name(7, member)) }
    launch.members = [0, 2].map { GangLaunch.Member(member: $0, node: "n1", devices: []) }
    stage.controller.send(.resize(launch, leaving: [1, 5], signal: nil))
    try await stage.controller.start(of: name(7, 2))
    for name in [name(7, 1), name(7, 5)] {
      try await stage.controller.await("\(name) resized") { $0 == .resized(name) ? () : nil }
    }
    stage.controller.send(.terminate(job: 7, attempt: 1, graceMs: 10_000))
    for member in [0, 2] { _ = try await stage.controller.end(of: name(7, member)) }
    let went = stage.count { report in
      if case .ended(name(7, 1), _) = report { true } else { false }
    }
    #expect(went == 0, "one that was let go is resized, not ended")
  }

  @Test(arguments: Kind.allCases)
  func `answers a question about an output that it does not have`(kind: Kind) async throws {
    let stage = try await Stage(kind)
    let question = OutputQuestion(
      question: 5, member: name(9), stream: .output, offset: 0, most: 10)
    stage.controller.send(.readOutput(question))
    let part = try await stage.controller.await("answer") { report -> OutputPart? in
      if case .output(let part) = report { part } else { nil }
    }
    #expect(part.question == 5 && part.trouble != nil && part.isEnded)
  }
}
