import Foundation
import Units
import Wire

extension NodeHost {
  func signal(_ job: UInt32, _ attempt: UInt16, _ name: String) {
    guard let number = Linux.signalNumber(name) else {
      return options.log("\(job).\(attempt): there is no signal '\(name)'")
    }
    for member in members(job, attempt) { pass(number, to: member) }
  }

  private func pass(_ signal: Int32, to name: MemberName) {
    do {
      try watcher.order(name) { try Linux.orderSignal($0, signal) }
    } catch {
      options.log("\(name.fileName): signal \(signal): \(error)")
    }
  }

  func terminate(_ name: MemberName, graceMs: Int64) {
    do {
      try watcher.order(name) { try Linux.orderTermination($0, graceMs: graceMs) }
    } catch {
      options.log("\(name.fileName): can't be ended: \(error)")
    }
  }

  /// Lets members go, and reports each when it is gone; starts those that the gang has here
  /// besides, and tells the others who they are now.
  func resize(_ launch: GangLaunch, _ leaving: [Int], _ signal: String?) {
    for number in leaving {
      let name = MemberName(job: launch.job, attempt: launch.attempt, member: number)
      guard let member = running[name], member.stage != .ended else {
        outbox.post(.resized(name))
        continue
      }
      running[name]?.isLetGo = true
      try? member.directory.write("letgo", Data())
      terminate(name, graceMs: Self.resizeGraceMs)
    }
    for member in launch.members where member.node == options.node.name {
      let name = MemberName(job: launch.job, attempt: launch.attempt, member: member.member)
      guard let member = running[name], member.stage != .ended else { continue }
      renew(member, launch)
      if let number = signal.flatMap({ Linux.signalNumber($0) }) { pass(number, to: name) }
    }
    resized.removeAll { $0.job == launch.job && $0.attempt == launch.attempt }
    resized.append(launch)
    startResized(launch.job, launch.attempt)
  }

  /// Starts what a gang has here besides, once those who were told to leave are gone: new members
  /// may have their accelerators.
  func startResized(_ job: UInt32, _ attempt: UInt16) {
    let here = members(job, attempt).compactMap { running[$0] }
    guard let place = resized.firstIndex(where: { $0.job == job && $0.attempt == attempt }),
      !here.contains(where: { $0.isLetGo && $0.stage != .ended })
    else { return }
    launchAll(resized.remove(at: place))
  }

  /// A member that is let go has this long to leave.
  private static let resizeGraceMs: Int64 = 10_000

  private func renew(_ member: Member, _ launch: GangLaunch) {
    let environment = TaskEnvironment(
      launch: launch, member: member.record.member,
      deviceVariable: accelerators.deviceVariable)
    try? member.directory.write("members", Data(environment.membersFile.utf8))
  }

  /// What is over may go, but for where its output lies.
  func forget(_ job: UInt32, _ attempt: UInt16) {
    for name in members(job, attempt) { forget(name) }
  }

  func forget(_ name: MemberName) {
    guard let member = running[name], member.stage == .ended else { return }
    past.add(member.record)
    running[name] = nil
    member.directory.remove()
  }

  // MARK: Output

  func answer(_ question: OutputQuestion) -> OutputPart {
    let name = question.member
    let isOver = running[name].map { $0.stage == .ended } ?? true
    guard let place = running[name].map({ OutputPlace($0.record) }) ?? past.place(of: name) else {
      return part(question, trouble: "the node knows nothing of member \(name.fileName)")
    }
    let path = question.stream == .errors ? place.errors ?? place.output : place.output
    do {
      let found = try Linux.read(
        path, asUser: place.user, group: place.group, name: place.userName,
        offset: question.offset, most: min(question.most, Self.mostOutput))
      let end = found.offset + Int64(found.bytes.count)
      return OutputPart(
        question: question.question, offset: found.offset,
        bytes: found.bytes.base64EncodedString(), isEnded: isOver && end >= found.size)
    } catch {
      return part(question, trouble: "\(path): \(error)")
    }
  }

  private func part(_ question: OutputQuestion, trouble: String) -> OutputPart {
    var part = OutputPart(
      question: question.question, offset: max(0, question.offset), bytes: "", isEnded: true)
    part.trouble = trouble
    return part
  }

  private static let mostOutput = 1 << 20
}

/// Where a member's output lies, and who may read it.
struct OutputPlace: Codable {
  var output: String
  var errors: String?
  var user: UInt32
  var group: UInt32
  var userName: String

  init(_ record: LaunchRecord) {
    output = record.output
    errors = record.errors
    user = record.launch.user.uid
    group = record.launch.user.gid
    userName = record.launch.user.name
  }
}
