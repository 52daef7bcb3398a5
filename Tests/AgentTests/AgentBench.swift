import Agent
import Foundation
import Synchronization
import Wire

/// A node whose agent can be stopped and started again over the same state, and its controller.
final class AgentBench {
  let folder: URL
  let controller: FakeController
  let options: NodeOptions
  private(set) var outbox = ReportOutbox()
  private var task: Task<Void, Never>?
  private var state: AgentFolder?
  let log = Lines()

  /// An agent at work.
  init(
    fenceMs: Int64 = 60_000, _ change: (inout NodeOptions) -> Void = { _ in }
  ) async throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "mu-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      at: folder.appending(path: "work"), withIntermediateDirectories: true)
    controller = FakeController(fenceMs: fenceMs)
    var node = AgentRegistration.Node(
      name: "n1", address: "127.0.0.1", milliCores: 2000, memoryMib: 4096)
    node.accelerators = 4
    node.model = "h100"
    var options = NodeOptions(
      node: node, state: folder.path + "/state", shim: product("gnoded-shim"))
    let log = log
    options.log = { log.add($0) }
    change(&options)
    self.options = options
    try await start()
  }

  deinit {
    task?.cancel()
    clean(folder, after: task) { [state = options.state] in Self.killShims(state) }
  }

  /// What a test that failed left running goes with its shim.
  private static func killShims(_ state: String) {
    let members = state + "/members"
    for name in (try? FileManager.default.contentsOfDirectory(atPath: members)) ?? [] {
      let marker = try? String(contentsOfFile: "\(members)/\(name)/marker", encoding: .utf8)
      let isEnded = FileManager.default.fileExists(atPath: "\(members)/\(name)/end")
      guard !isEnded, let shim = marker?.split(separator: " ").first.flatMap({ Int32($0) }) else {
        continue
      }
      kill(shim, SIGKILL)
    }
  }

  func start() async throws {
    outbox = ReportOutbox()
    let state = try AgentFolder(options.state)
    self.state = state
    let host = try await NodeHost(options, in: state, outbox: outbox)
    let agent = NodeAgent(
      name: "n1", link: controller, host: host, outbox: outbox, folder: state, log: options.log)
    let count = controller.registrations.count
    task = Task { await agent.run() }
    while controller.registrations.count == count {
      try await Task.sleep(for: .milliseconds(2))
    }
  }

  /// Stops the agent, not its tasks.
  func stop() async {
    task?.cancel()
    await task?.value
    task = nil
    state?.close()
  }

  var work: String { folder.path + "/work" }

  func text(_ file: String) -> String? {
    try? String(contentsOfFile: "\(work)/\(file)", encoding: .utf8)
  }

  /// A gang of this node alone.
  func gang(_ job: UInt32, _ script: String, members: Int = 1) -> GangLaunch {
    var launch = GangLaunch(
      job: job, attempt: 1, epoch: 1, user: .own,
      task: TaskSpec(script: "#!/bin/sh\n" + script, directory: work))
    launch.name = "train"
    launch.nodes = members == 1 ? "n1" : "n1,m[2-\(members)]"
    launch.memberCount = members
    launch.masterAddress = "127.0.0.1"
    launch.masterPort = 29_500
    launch.members = [GangLaunch.Member(member: 0, node: "n1", devices: [0, 1])]
    return launch
  }

  /// Launches a gang and waits for its first member's end.
  func run(_ launch: GangLaunch) async throws -> TaskEnd {
    controller.send(.launch(launch))
    return try await controller.end(of: name(launch.job))
  }

  func name(_ job: UInt32, _ member: Int = 0) -> MemberName {
    MemberName(job: job, attempt: 1, member: member)
  }

  /// Waits for a file, and reads it.
  func await(_ file: String, _ isWhole: (String) -> Bool = { !$0.isEmpty }) async throws -> String {
    for _ in 0..<4000 {
      if let text = text(file), isWhole(text) { return text }
      try await Task.sleep(for: .milliseconds(5))
    }
    throw FakeController.Missed(what: file, reports: controller.reports)
  }
}

/// Lines of a log.
final class Lines: Sendable {
  private let lines = Mutex<[String]>([])
  func add(_ line: String) { lines.withLock { $0.append(line) } }
  var all: [String] { lines.withLock { $0 } }
}

/// Something that was built beside the tests' own program.
func product(_ name: String) -> String {
  var folder = Bundle.main.executableURL ?? URL(filePath: ".")
  while folder.path != "/" {
    folder.deleteLastPathComponent()
    let path = folder.appending(path: name).path
    if FileManager.default.fileExists(atPath: path) { return path }
  }
  return name
}

extension TaskUser {
  /// Whoever runs the tests.
  static var own: TaskUser { TaskUser(uid: getuid(), gid: getgid(), name: NSUserName()) }
}

/// Sets who may do what with a file.
func allow(_ path: String, _ mode: Int) {
  try? FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
}

/// A folder that lives as long as this object does.
final class TemporaryFolder: Sendable {
  let url = FileManager.default.temporaryDirectory.appending(path: "mu-\(UUID().uuidString)")

  init() throws {
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// Writes a file, in folders of its own where its name has some.
  func write(_ text: String, to name: String) throws {
    let file = url.appending(path: name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }
}

/// Removes a folder once nobody writes to it any more.
func clean(
  _ folder: URL, after task: Task<Void, Never>?, _ first: @escaping @Sendable () -> Void = {}
) {
  Task.detached {
    await task?.value
    first()
    try? FileManager.default.removeItem(at: folder)
  }
}
