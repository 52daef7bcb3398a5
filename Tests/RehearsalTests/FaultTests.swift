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

@Suite(.serialized, .timeLimit(.minutes(5))) struct `A daemon in trouble` {
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

  @Test(.enabled(if: SmallDisk.isPossible, "no file system may be mounted here"))
  func `whose disk is full stops, and loses nothing that it has answered`() throws {
    let disk = try SmallDisk(mib: 3, at: NSTemporaryDirectory() + "mu-\(UUID().uuidString)")
    defer { disk.remove() }
    let cluster = try RealCluster(nodes: 1) { $0.state = disk.path }
    let client = try cluster.stage.client()
    var acknowledged: [UInt32] = []
    var held = submission(String(repeating: "# what fills a disk\n", count: 2_000))
    held.terms.isHeldBack = true
    for _ in 0..<500 {
      guard let reply: SubmissionReply = try? client.post(held, to: Route.jobs) else { break }
      acknowledged.append(reply.job)
    }
    #expect((10..<500).contains(acknowledged.count))
    #expect(cluster.stage.daemon?.wait() == 1)
    #expect(cluster.stage.daemonLog.contains("the journal has failed"))
    #expect(disk.resize(mib: 64))
    try cluster.stage.startDaemon()
    try cluster.stage.awaitServing()
    let states = try states(of: cluster.stage)
    #expect(acknowledged.allSatisfy { states[$0] == .held })
    #expect(try cluster.run("--gpus", "1", script: "exit 5") == 5)
    #expect(cluster.stage.stopDaemon() == 0)
    let check = try Program.run("gschedd", ["check", "--state", disk.path], in: cluster.work)
    #expect(check.code == 0, "\(check.words)")
  }

  @Test(.enabled(if: clockLibrary != nil, "faketime is not installed; ./dev setup does that"))
  func `whose clock is set by an hour, forth and back, ends nothing early`() throws {
    let clock = NSTemporaryDirectory() + "mu-clock-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: clock) }
    func set(_ offset: String) throws {
      try Data("\(offset)\n".utf8).write(to: URL(filePath: clock), options: .atomic)
    }
    try set("+0")
    let cluster = try RealCluster(nodes: 1) {
      $0.daemonLibrary = clockLibrary
      $0.daemonEnvironment = [
        "FAKETIME_TIMESTAMP_FILE": clock, "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
      ]
    }
    let client = try cluster.stage.client()
    let running: SubmissionReply = try client.post(submission("sleep 9"), to: Route.jobs)
    try cluster.stage.await("it runs", within: 30) {
      try states(of: cluster.stage)[running.job] == .running
    }
    for offset in ["+1h", "-1h"] {
      try set(offset)
      let end = ContinuousClock.now + .seconds(3)
      try cluster.stage.await("some seconds pass", within: 10) { ContinuousClock.now > end }
      #expect(try states(of: cluster.stage)[running.job] == .running, "\(offset)")
      #expect(try cluster.run("--gpus", "1", script: "exit 0") == 0, "\(offset)")
    }
    try cluster.stage.await("it is over", within: 30) {
      try states(of: cluster.stage)[running.job] == .completed
    }
    // Started again while the clock is an hour late, it goes on where it was.
    #expect(cluster.stage.stopDaemon() == 0)
    try cluster.stage.startDaemon()
    try cluster.stage.awaitServing()
    try cluster.stage.awaitNodes(1)
    #expect(try cluster.run("--gpus", "1", script: "exit 0") == 0)
    #expect(cluster.stage.stopDaemon() == 0)
    let same = try Program.run("gsim", ["verify", cluster.stage.journal], in: cluster.work)
    #expect(same.code == 0, "\(same.words)")
  }
}
