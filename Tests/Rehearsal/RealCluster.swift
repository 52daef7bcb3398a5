import Client
public import Foundation
public import Wire

/// A daemon and the agents of a few real nodes with four accelerators each, and the commands.
public final class RealCluster: Sendable {
  /// How many accelerators a node has.
  public static let accelerators = 4

  /// The stage on which they play.
  public let stage: Stage

  /// Where jobs are started.
  public let work: URL

  /// Starts nodes n0, n1, … and waits until all are heard of.
  ///
  /// - Parameter change: changes what the daemon is started with.
  /// - Throws: what kept them from starting.
  public init(nodes: Int, _ change: (inout Stage.Options) -> Void = { _ in }) throws {
    var options = Stage.Options(fleet: Self.fleet(nodes), policy: Self.policy)
    change(&options)
    stage = try Stage(options)
    work = stage.folder.appending(path: "work")
    try FileManager.default.createDirectory(at: work, withIntermediateDirectories: true)
    try stage.startDaemon()
    try stage.awaitServing()
    for node in 0..<nodes { try startAgent(node) }
    try stage.awaitNodes(nodes)
  }

  static func fleet(_ nodes: Int) -> String {
    """
    fleet: rehearsal
    node-types:
      small: {model: emulated, accelerators: \(accelerators), cores: 64, memory: 64 GiB}
    type: small
    nodes: n[0-\(nodes - 1)]
    """
  }

  static let policy = """
    policy: rehearsal
    order: fair-share
    backfill: reserving
    accounts:
      name: lab
      users: {\(NSUserName()): {}}
    modes:
      regular: {longest-time: 1 h}
    """

  /// Starts the agent of a node, or starts it again.
  ///
  /// - Throws: the system's error.
  public func startAgent(_ node: Int) throws {
    try stage.startAgent(
      "n\(node)",
      ["--name", "n\(node)", "--accelerators", "\(Self.accelerators)", "--model", "emulated"])
  }

  /// Runs a command, such as `gsub`, as a person would type it in the folder of jobs.
  ///
  /// - Throws: the system's error.
  public func type(
    _ command: String, _ arguments: [String]
  ) throws -> (code: Int32, words: String) {
    let chdir = command == "gsub" ? ["--chdir", work.path] : []
    return try Program.run(
      linked(command), ["--controller", stage.address] + chdir + arguments, in: stage.folder)
  }

  /// Submits a script and waits for its end; the code that gsub leaves.
  ///
  /// - Throws: the system's error.
  public func run(_ options: [String], script: String) throws -> Int32 {
    let file = work.appending(path: "script")
    try Data("#!/bin/bash\n\(script)\n".utf8).write(to: file)
    return try Program.run(
      linked("gsub"),
      ["--controller", stage.address, "--chdir", work.path, "--wait"] + options + [file.path],
      in: stage.folder
    ).code
  }

  /// A job's row, once it is over.
  ///
  /// - Throws: `Stage.Missed`, or `ClientError`.
  public func end(of job: UInt32) throws -> JobRow {
    let client = try stage.client()
    var row: JobRow = try client.get(from: Route.job(job), waitMs: 30_000)
    try stage.await("job \(job) is over", within: 30) {
      if !row.state.isOver { row = try client.get(from: Route.job(job)) }
      return row.state.isOver
    }
    return row
  }

  private func linked(_ command: String) throws -> String {
    let link = stage.path(command)
    if !FileManager.default.fileExists(atPath: link) {
      try FileManager.default.createSymbolicLink(
        atPath: link, withDestinationPath: Program.path(of: "muster"))
    }
    return link
  }

  /// What stands in a file in the folder of jobs; nil: there is none.
  public func text(_ file: String) -> String? {
    try? String(contentsOf: work.appending(path: file), encoding: .utf8)
  }

  /// Waits until there is a line in each of some files, and reads them.
  ///
  /// - Throws: `Stage.Missed`.
  public func texts(of files: [String]) throws -> [String] {
    try stage.await("\(files) are written", within: 30) {
      files.allSatisfy { text($0)?.hasSuffix("\n") == true }
    }
    return files.compactMap { text($0) }
  }
}
