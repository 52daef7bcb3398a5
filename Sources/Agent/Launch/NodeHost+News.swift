import Foundation
import Wire

extension NodeHost {
  /// Something was heard of members' shims.
  func happened(_ event: ShimWatcher.Event) {
    switch event {
    case .changed(let names): for name in names { look(name) }
    case .gone(let name):
      look(name)
      // The shim is gone, and left no end: it was killed itself.
      if running[name].map({ $0.stage != .ended }) ?? false { bury(name) }
    }
  }

  /// Looks into a member's folder, and reports what is new there.
  func look(_ name: MemberName) {
    guard let member = running[name], member.stage != .ended else { return }
    let directory = member.directory
    if member.stage == .launched, directory.has("started") {
      running[name]?.stage = .running
      running[name]?.startedMs = Linux.bootMs
      outbox.post(.started(name))
    }
    readNews(name, directory)
    if let end = directory.lines("end").flatMap({ ShimEnd($0) }) { ended(name, end) }
  }

  private func readNews(_ name: MemberName, _ directory: MemberDirectory) {
    guard let lines = directory.lines("news"), var member = running[name] else { return }
    let checkpoints = lines["checkpoints"].flatMap { Int($0) } ?? 0
    if checkpoints > member.checkpoints {
      member.checkpoints = checkpoints
      outbox.post(.checkpointed(name))
    }
    var status = lines["status"] ?? ""
    if status.isEmpty, lines["ready"] == "1" { status = "ready" }
    if !status.isEmpty, status != member.status {
      member.status = status
      outbox.post(.status(name, text: status))
    }
    running[name] = member
  }

  private func ended(_ name: MemberName, _ end: ShimEnd) {
    guard let member = running[name] else { return }
    running[name]?.stage = .ended
    running[name]?.endedMs = Linux.bootMs
    if let watch = member.watch { watcher.unwatch(watch) }
    report(name, end)
    if member.isLetGo { startResized(name.job, name.attempt) }
    let isInfrastructure = end.trouble.map { !QuickFailures.isOwnFault($0) } ?? false
    let ranMs = member.startedMs.map { Linux.bootMs - $0 }
    let isQuick = end.code != 0 && !end.isTerminated && (ranMs ?? .max) < QuickFailures.quickMs
    let failure = QuickFailures.Failure(
      job: member.record.launch.array ?? name.job, user: member.record.launch.user.uid,
      isNodesFault: isInfrastructure)
    if isInfrastructure || (isQuick && end.trouble == nil) {
      quickFailures.add(failure, at: Linux.bootMs)
    } else if end.trouble == nil {
      quickFailures.succeeded()
    }
  }

  /// Reports an end, now or once more.
  private func report(_ name: MemberName, _ end: ShimEnd) {
    guard let member = running[name] else { return }
    if let trouble = end.trouble {
      outbox.post(.notStarted(name, what: trouble))
    } else if member.isLetGo {
      outbox.post(.resized(name))
    } else {
      var told = end.taskEnd
      told.energyJoules = accelerators.joules(
        of: member.record.member.devices, since: member.record.energyBefore)
      outbox.post(.ended(name, told))
    }
  }

  // MARK: After a restart

  /// Finds what an earlier agent left.
  func adoptAll() {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: membersFolder)) ?? []
    for name in names where name.hasPrefix(MemberDirectory.gonePrefix) {
      try? FileManager.default.removeItem(atPath: "\(membersFolder)/\(name)")
    }
    for name in names.sorted().compactMap({ MemberName(fileName: $0) }) { adopt(name) }
  }

  func adopt(_ name: MemberName) {
    let directory = MemberDirectory(name, in: membersFolder)
    guard let bytes = FileManager.default.contents(atPath: directory.file("orders")),
      let record = ShimOrders.record(in: bytes)
    else {
      // Only what was never begun has no record: it is written before the marker is taken.
      options.log("\(name.fileName): its folder is not whole, and goes")
      groups.remove(tag(directory.name))
      return directory.remove()
    }
    let told = Told(directory)
    var member = Member(record: record, directory: directory)
    member.stage = told.isStarted ? .running : .launched
    member.checkpoints = told.checkpoints
    member.acknowledged = told.isStarted ? told.checkpoints : nil
    member.isTold = told.isEnded
    member.told = told
    member.isLetGo = directory.has("letgo")
    running[name] = member
    if let end = directory.lines("end").flatMap({ ShimEnd($0) }) {
      if !told.isStarted, end.trouble == nil { outbox.post(.started(name)) }
      running[name]?.stage = .ended
      running[name]?.endedMs = Linux.bootMs
      if !told.isEnded { report(name, end) }
      return
    }
    if (try? Linux.takeMarker(directory.path)) != nil {
      // Whoever takes the marker is the only one: no shim will create these tasks any more. The
      // controller launches the member anew, if it still wants it.
      running[name] = nil
      groups.remove(record.tag)
      return directory.remove()
    }
    running[name]?.watch = watcher.watch(directory.path, name)
    adoptShim(name, directory)
    look(name)
  }

  func adoptShim(_ name: MemberName, _ directory: MemberDirectory) {
    let identity = directory.text("marker").flatMap { ProcessIdentity(marker: $0) }
    guard let identity, let shim = identity.open() else {
      if !directory.has("end") { bury(name) }
      return
    }
    options.log("\(name.fileName): adopted")
    watcher.await(shim, process: identity.process, name)
  }

  /// Ends what is left of a member whose shim is gone without a word, and says how it ended.
  private func bury(_ name: MemberName) {
    guard let member = running[name] else { return }
    let left = killAll(tag: member.record.tag)
    groups.remove(member.record.tag)
    options.log("\(name.fileName): its shim was killed; \(left) processes of it ended")
    // It says that the agent ended it, not the job: it may be tried again.
    let isStarted = member.directory.has("marker")
    writeEnd(
      member.directory, code: isStarted ? 137 : 127, signal: isStarted ? 9 : 0,
      trouble: isStarted ? nil : "the shim ended before it created the tasks")
    look(name)
  }

  /// Kills the processes that are in a member's groups, or carry its tag in their environment,
  /// until there are none, or for two seconds; how many there were.
  private func killAll(tag: String) -> Int {
    var killed: Set<Int32> = []
    for _ in 0..<100 {
      let found = Set(groups.processes(tag) + Self.processes(tag: tag))
      guard !found.isEmpty else { break }
      for process in found { Linux.killProcess(process) }
      killed.formUnion(found)
      usleep(20_000)
    }
    return killed.count
  }

  private static func processes(tag: String) -> [Int32] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    let mark = Data("MUSTER_TAG=\(tag)\0".utf8)
    return names.compactMap { Int32($0) }.filter { process in
      let environment = FileManager.default.contents(atPath: "/proc/\(process)/environ")
      return environment.map { $0.range(of: mark) != nil } ?? false
    }
  }
}
