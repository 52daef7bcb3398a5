import Client
import Foundation
import Jobs
import Rehearsal
import Testing
import Wire

extension `The real programs` {
  /// A daemon with an emulated fleet of four nodes, and `gpolicy` beside it.
  @Suite(.timeLimit(.minutes(20))) final class `and a change of the policy` {
    private let stage: Stage

    private static let fleet = """
      fleet: four
      node-types:
        big: {model: h100, accelerators: 8, cores: 64, memory: 64 GiB}
      type: big
      nodes: n[0-3]
      """

    /// - Parameter more: what stands in the mode besides.
    private static func policy(_ more: String = "", reservations: Int = 10) -> String {
      """
      policy: test
      order: fair-share
      backfill: reserving
      reservations: \(reservations)
      accounts:
        name: lab
        users: {\(NSUserName()): {}}
      modes:
        regular: {longest-time: 1 d\(more)}
      guard-rails:
        - {figure: utilisation, points: 5 %}
        - {figure: p90-wait, percent: 20 %, time: 1 h}
      """
    }

    init() async throws {
      let options = Stage.Options(fleet: Self.fleet, policy: Self.policy())
      stage = try await apart {
        let stage = try Stage(options)
        try stage.startDaemon()
        try stage.awaitServing()
        try stage.startAgent("fleet", ["--emulate", stage.path("fleet.yaml")])
        try stage.awaitNodes(4)
        try FileManager.default.createSymbolicLink(
          atPath: stage.path("gpolicy"), withDestinationPath: Program.path(of: "gsim"))
        return stage
      }
      try await submit()
    }

    deinit { stage.close() }

    /// Twenty gangs of a node each, a quarter of which is over at once.
    private func submit() async throws {
      try await apart { [stage] in
        let client = try stage.client()
        for number in 0..<20 {
          var gang = GangSpec()
          gang.members = 1
          gang.perMember = GangSpec.Accelerators(count: 8)
          var task = TaskSpec(script: "#!/bin/sh\nsleep 1000\n", directory: "/tmp")
          task.environment["MUSTER_EMULATE_SECONDS"] = number < 5 ? "0.2" : "1000"
          var submission = JobSubmission(name: "job", gang: gang, task: task)
          submission.timeLimitMs = 3_600_000
          let _: SubmissionReply = try client.post(submission, to: Route.jobs)
        }
        // Until the short ones are over, and nothing happens for two seconds.
        var (last, quiet) = (UInt64(0), 0)
        while quiet < 20 {
          usleep(100_000)
          let standing: ServerStanding = try client.get(from: Route.ping)
          quiet = standing.journal == last ? quiet + 1 : 0
          last = standing.journal
        }
      }
    }

    private func gpolicy(_ arguments: String...) async throws -> (code: Int32, words: String) {
      try await apart { [stage] in
        try Program.run(
          stage.path("gpolicy"), arguments + ["--controller", stage.address], in: stage.folder)
      }
    }

    private func entries() async throws -> UInt64 {
      try await apart { [stage] in
        let standing: ServerStanding = try stage.client().get(from: Route.ping)
        return standing.journal
      }
    }

    @Test func `is planned, applied, refused where a guard rail breaks, and gone back on`()
      async throws
    {
      try stage.write(Self.policy(reservations: 5), to: "mild.yaml")
      try stage.write(Self.policy(", largest-job: 4"), to: "harsh.yaml")
      let (mild, harsh) = (stage.path("mild.yaml"), stage.path("harsh.yaml"))

      let before = try await entries()
      let plan = try await gpolicy("plan", mild, "--json", stage.path("plan.json"))
      #expect(plan.code == 0, "\(plan.words)")
      #expect(plan.words.contains("all 2 guard rails hold"), "\(plan.words)")
      let worse = try await gpolicy("plan", harsh)
      #expect(worse.code == 1 && worse.words.contains("BROKEN"), "\(worse.words)")
      #expect(try await entries() == before, "a plan changes nothing")

      let refused = try await gpolicy("apply", harsh, "--reason", "why not")
      #expect(refused.code == 1 && refused.words.contains("--despite-guard-rails"))
      #expect(try await entries() == before)
      let applied = try await gpolicy(
        "apply", mild, "--plan", stage.path("plan.json"), "--reason", "fewer promises")
      #expect(applied.code == 0, "\(applied.words)")
      #expect(try await entries() == before + 1)
      // The plan was of the policy that was in force.
      let stale = try await gpolicy(
        "apply", mild, "--plan", stage.path("plan.json"), "--reason", "again")
      #expect(stale.code == 1 && stale.words.contains("plan it again"), "\(stale.words)")

      let forced = try await gpolicy(
        "apply", harsh, "--reason", "a test", "--despite-guard-rails")
      #expect(forced.code == 0, "\(forced.words)")
      let back = try await gpolicy("rollback", "--reason", "too harsh")
      #expect(back.code == 0, "\(back.words)")
      let file = try await apart { [stage] in try stage.client().file(from: Route.policy) }
      #expect(String(decoding: file, as: UTF8.self) == Self.policy(reservations: 5))
      let history = try await gpolicy("history")
      for word in ["fewer promises", "a test", "back to entry", "broke a guard rail"] {
        #expect(history.words.contains(word), "\(word): \(history.words)")
      }
    }

    @Test func `leaves a journal that is read as a trace`() async throws {
      try stage.write(Self.policy(), to: "rules.yaml")
      let folder = stage.path("state")
      let (code, words) = try await apart { [stage] in
        try Program.run(
          Program.path(of: "gsim"),
          [
            "replay", folder, "--fleet", stage.path("fleet.yaml"), "--policy",
            stage.path("rules.yaml"),
          ], in: stage.folder)
      }
      #expect(code == 0, "\(words)")
      for word in [
        "(journal)", "5 submitted, 5 completed", "4 lines: still running",
        "11 lines: never started",
      ] {
        #expect(words.contains(word), "\(word): \(words)")
      }
      let table = try await apart { [stage] in
        try Program.run(
          Program.path(of: "gsim"), ["convert", folder, "--account", NSUserName()],
          in: stage.folder)
      }
      let over = try await apart { [stage] in
        try Program.run(
          Program.path(of: "gsim"), ["convert", folder, "-o", folder + "/journal.db"],
          in: stage.folder)
      }
      #expect(over.code != 0 && over.words.contains("journal.db"), "\(over.words)")
      #expect(table.code == 0 && table.words.split(separator: "\n").count == 6, "\(table.words)")
    }
  }
}
