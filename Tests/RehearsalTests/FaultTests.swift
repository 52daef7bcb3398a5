import Client
import Foundation
import Jobs
import Rehearsal
import Testing
import Wire

/// A small file system of its own, for a daemon's folder.
private struct SmallDisk {
  let path: String

  /// Whether one may be mounted here.
  static let isPossible: Bool = {
    guard getuid() == 0, let disk = try? SmallDisk(mib: 1, at: NSTemporaryDirectory() + "mu-disk")
    else { return false }
    disk.remove()
    return true
  }()

  struct Unmountable: Error {}

  init(mib: Int, at path: String) throws {
    self.path = path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    guard Self.run("mount", "-t", "tmpfs", "-o", "size=\(mib)m", "tmpfs", path) else {
      throw Unmountable()
    }
  }

  func resize(mib: Int) -> Bool { Self.run("mount", "-o", "remount,size=\(mib)m", path) }

  func remove() {
    _ = Self.run("umount", path)
    try? FileManager.default.removeItem(atPath: path)
  }

  private static func run(_ words: String...) -> Bool {
    let folder = FileManager.default.temporaryDirectory
    return (try? Program.run("/usr/bin/env", words, in: folder).code) == 0
  }
}

/// The library that lets a test set the clock of a program; nil: `faketime` is not installed.
private let clockLibrary: String? = [
  "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
  "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
].first { FileManager.default.fileExists(atPath: $0) }

extension `The real programs` {
  @Suite(.timeLimit(.minutes(20))) struct `with a daemon in trouble` {
    private func submission(_ script: String, limitMs: Int64 = 60_000) -> JobSubmission {
      var submission = JobSubmission(
        name: "job", gang: .init(),
        task: TaskSpec(script: "#!/bin/sh\n\(script)\n", directory: "/tmp"))
      submission.gang.perMember = .init(count: 1)
      submission.task.output = "/dev/null"
      submission.timeLimitMs = limitMs
      return submission
    }

    private func states(of stage: Stage) throws -> [UInt32: JobRow.State] {
      var states: [UInt32: JobRow.State] = [:]
      let all = JobRow.State.allCases.map(\.rawValue).joined(separator: ",")
      try stage.client().rows(JobRow.self, from: Route.jobs, [("states", all)]) { row in
        states[row.job] = row.state
        return true
      }
      return states
    }

    /// Starts a job that takes six seconds, of a minute that it may take.
    private func runLong(on cluster: RealCluster) throws -> UInt32 {
      let reply: SubmissionReply = try cluster.stage.client().post(
        submission("sleep 6"), to: Route.jobs)
      try cluster.stage.await("job \(reply.job) runs", within: 30) {
        try states(of: cluster.stage)[reply.job] == .running
      }
      return reply.job
    }

    @Test(.enabled(if: SmallDisk.isPossible, "no file system may be mounted here"))
    func `whose disk is full stop, and lose nothing that was answered`() async throws {
      let disk = try SmallDisk(mib: 3, at: NSTemporaryDirectory() + "mu-\(UUID().uuidString)")
      defer { disk.remove() }
      let cluster = try await apart { try RealCluster(nodes: 1) { $0.state = disk.path } }
      defer { cluster.stage.close() }
      let acknowledged = try await apart { try fill(cluster) }
      #expect((10..<500).contains(acknowledged.count))
      #expect(await (try apart { cluster.stage.daemon?.wait() }) == 1)
      #expect(cluster.stage.daemonLog.contains("the journal has failed"))
      #expect(disk.resize(mib: 64))
      let states = try await apart {
        try cluster.stage.startDaemon()
        try cluster.stage.awaitServing()
        return try self.states(of: cluster.stage)
      }
      #expect(acknowledged.allSatisfy { states[$0] == .held })
      #expect(try await apart { try cluster.run(["--gpus", "1"], script: "exit 5") } == 5)
      #expect(try await apart { cluster.stage.stopDaemon() } == 0)
      let check = try await apart {
        try Program.run("gschedd", ["check", "--state", disk.path], in: cluster.work)
      }
      #expect(check.code == 0, "\(check.words)")
    }

    /// Submits until nobody answers any more; what was acknowledged.
    private func fill(_ cluster: RealCluster) throws -> [UInt32] {
      let client = try cluster.stage.client()
      var acknowledged: [UInt32] = []
      var held = submission(String(repeating: "# what fills a disk\n", count: 2_000))
      held.terms.isHeldBack = true
      for _ in 0..<500 {
        guard let reply: SubmissionReply = try? client.post(held, to: Route.jobs) else { break }
        acknowledged.append(reply.job)
      }
      return acknowledged
    }

    @Test(.enabled(if: clockLibrary != nil, "faketime is not installed; ./dev setup does that"))
    func `whose clock is set by an hour, forth and back, end nothing early`() async throws {
      let clock = NSTemporaryDirectory() + "mu-clock-\(UUID().uuidString)"
      defer { try? FileManager.default.removeItem(atPath: clock) }
      try set(clock, "+0")
      let cluster = try await apart {
        try RealCluster(nodes: 1) {
          $0.daemonLibrary = clockLibrary
          $0.daemonEnvironment = [
            "FAKETIME_TIMESTAMP_FILE": clock, "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
          ]
        }
      }
      defer { cluster.stage.close() }
      for offset in ["+1h", "-1h"] {
        let row = try await apart {
          let job = try runLong(on: cluster)
          try set(clock, offset)
          return try cluster.end(of: job)
        }
        #expect(row.state == .completed, "\(offset)")
        // It does not hear of the hour for eight days, so others start as ever.
        #expect(try await apart { try cluster.run(["--gpus", "1"], script: "exit 0") } == 0)
      }
      #expect(try await apart { cluster.stage.stopDaemon() } == 0)
      let same = try await apart {
        try Program.run("gsim", ["verify", cluster.stage.journal], in: cluster.work)
      }
      #expect(same.code == 0, "\(same.words)")
    }

    private func set(_ clock: String, _ offset: String) throws {
      try Data("\(offset)\n".utf8).write(to: URL(filePath: clock), options: .atomic)
    }
  }
}
