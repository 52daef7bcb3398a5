import Foundation
import Units
import Wire

extension NodeHost {
  /// Why a member is not started.
  struct NotStarted: Error {
    var what: String
    init(_ what: String) { self.what = what }
  }

  /// Starts the members that this node has of a gang, those it has already left alone.
  func launchAll(_ launch: GangLaunch) {
    for member in launch.members where member.node == options.node.name {
      let name = MemberName(job: launch.job, attempt: launch.attempt, member: member.member)
      guard running[name] == nil, !past.has(name) else { continue }
      var own = launch
      own.members = [member]
      start(own, name)
    }
  }

  private func start(_ launch: GangLaunch, _ name: MemberName) {
    let directory = MemberDirectory(name, in: membersFolder)
    do {
      guard launch.epoch >= epoch else {
        throw NotStarted("an order of epoch \(launch.epoch), and the controller's is \(epoch)")
      }
      let isOwn = launch.user.uid == Linux.user
      guard Linux.isRoot || isOwn else {
        throw NotStarted("the agent is not root, and can't start tasks of \(launch.user.name)")
      }
      // Somebody may have begun it, and this agent not know of it.
      guard !findsAgain(name, directory) else { return }
      let record = try prepare(launch, directory)
      running[name] = Member(record: record, directory: directory)
      running[name]?.watch = watcher.watch(directory.path, name)
      try spawn(name, directory)
    } catch {
      let what = (error as? NotStarted)?.what ?? "\(error)"
      options.log("\(name.fileName): not started: \(what)")
      guard running[name] != nil else {
        outbox.post(.notStarted(name, what: what))
        return directory.remove()
      }
      end(name, directory, trouble: what)
    }
  }

  /// Adopts a member whose folder is there, where its tasks were begun; whether they were.
  private func findsAgain(_ name: MemberName, _ directory: MemberDirectory) -> Bool {
    guard FileManager.default.fileExists(atPath: directory.path) else { return false }
    adopt(name)
    return running[name] != nil
  }

  /// Sees to it that nobody starts a member later, neither a slow shim nor a successor of this
  /// agent; where a shim was quicker its tasks run, and are watched.
  private func end(_ name: MemberName, _ directory: MemberDirectory, trouble: String) {
    do throws(Linux.Failure) {
      try Linux.takeMarker(directory.path)
    } catch  where error.number == EEXIST {
      options.log("\(name.fileName): its shim has begun")
      return adoptShim(name, directory)
    } catch {
      options.log("\(name.fileName): its marker: \(error)")
    }
    writeEnd(directory, trouble: trouble)
    look(name)
  }

  /// Lays out a member's folder.
  private func prepare(
    _ launch: GangLaunch, _ directory: MemberDirectory
  ) throws -> LaunchRecord {
    let files = FileManager.default
    try files.createDirectory(
      atPath: directory.path, withIntermediateDirectories: false,
      attributes: [.posixPermissions: 0o711])
    let tag = tag(directory.name)
    let environment = TaskEnvironment(
      launch: launch, member: launch.members[0], deviceVariable: accelerators.deviceVariable)
    let record = LaunchRecord(
      launch: launch, output: environment.path(.output) ?? "", errors: environment.path(.errors),
      tag: tag, energyBefore: accelerators.energy(of: launch.members[0].devices))
    try directory.lay("script", Data(launch.task.script.utf8), mode: 0o500)
    try directory.lay("members", Data(environment.membersFile.utf8))
    Linux.give(directory.file("script"), to: launch.user.uid, group: launch.user.gid)
    var orders = orders(environment, directory, tag: tag)
    let kept = try JSONEncoder().encode(record)
    orders.add("record", String(decoding: kept, as: UTF8.self))
    try directory.lay("orders", orders.bytes, mode: 0o600)
    return record
  }

  private func orders(
    _ environment: TaskEnvironment, _ directory: MemberDirectory, tag: String
  ) -> ShimOrders {
    let launch = environment.launch
    let now = Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    var orders = ShimOrders()
    if Linux.isRoot {
      orders.add("uid", "\(launch.user.uid)")
      orders.add("gid", "\(launch.user.gid)")
      for group in Linux.groups(of: launch.user.name, group: launch.user.gid) {
        orders.add("group", "\(group)")
      }
    }
    orders.add("directory", launch.task.directory)
    orders.add(outputsOf: environment, now: now)
    let notify = notifyPath(directory, tag: tag)
    orders.add("notify", notify)
    orders.add("contact", state + "/contact")
    orders.add(timesOf: launch, bootMs: Linux.bootMs)
    for word in environment.arguments(script: directory.file("script")) {
      orders.add("argument", word)
    }
    let limits = groups.make(
      tag, for: environment.member, accelerators: accelerators.deviceNumbers)
    for (key, value) in limits { orders.add(key, value) }
    let members = directory.file("members")
    orders.add(environment: environment.shared(notify: notify, membersFile: members, tag: tag))
    if let prolog = options.prolog { orders.add("prolog", prolog) }
    if let epilog = options.epilog { orders.add("epilog", epilog) }
    orders.add(
      "site", environment: environment.site(notify: notify, membersFile: members, tag: tag))
    for task in 0..<environment.tasks {
      orders.add("task", "\(task)")
      orders.add(environment: environment.own(task))
    }
    return orders
  }

  /// A socket's name has at most 107 bytes; where the state's folder is deep, it lies elsewhere.
  private func notifyPath(_ directory: MemberDirectory, tag: String) -> String {
    let path = directory.file("notify")
    return path.utf8.count <= 107 ? path : "/tmp/muster-\(tag)"
  }

  private func spawn(_ name: MemberName, _ directory: MemberDirectory) throws {
    let process: Int32
    do {
      process = try Linux.spawnShim(
        options.shim, directory: directory.path, log: state + "/shims.log")
    } catch {
      throw NotStarted("the shim \(options.shim) can't be run: \(error)")
    }
    let shim = try Linux.openProcess(process)
    watcher.await(shim, process: process, name)
  }

  /// What is left where no shim lives to write it.
  func writeEnd(_ directory: MemberDirectory, code: Int = 127, signal: Int = 0, trouble: String?) {
    let now = Int64(Date().timeIntervalSince1970 * 1000)
    var text = "code \(code)\nsignal \(signal)\nat \(now)\n"
    if signal != 0 { text += "terminated 1\n" }
    if let trouble { text += "trouble \(trouble.replacing("\n", with: " "))\n" }
    guard (try? directory.write("end", Data(text.utf8))) != nil else {
      return options.log("\(directory.path): an end can't be written")
    }
  }
}
