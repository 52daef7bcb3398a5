import Foundation
import Units
import Wire

/// What a member's tasks find in their environment, their folder and their outputs' names.
struct TaskEnvironment {
  let launch: GangLaunch
  let member: GangLaunch.Member
  /// The variable that says which accelerators a task sees.
  let deviceVariable: String

  /// Of all tasks of the member: Muster's own after the job's, for it knows better.
  func shared(notify: String, membersFile: String, tag: String) -> [(String, String)] {
    let user = launch.user.name
    var all = launch.task.environment
    let usual = [
      "PATH": "/usr/local/bin:/usr/bin:/bin", "USER": user, "LOGNAME": user,
      "HOME": NSHomeDirectoryForUser(user) ?? "/", "MUSTER_CHECKPOINT_DIR": checkpoints,
    ]
    all.merge(usual) { theirs, _ in theirs }
    var ours = own(notify: notify, membersFile: membersFile, tag: tag)
    ours["MUSTER_JOB_NAME"] = launch.name
    all.merge(ours) { _, ours in ours }
    if let array = launch.array { all["MUSTER_ARRAY_JOB_ID"] = "\(array)" }
    if let index = launch.arrayIndex { all["MUSTER_ARRAY_INDEX"] = "\(index)" }
    all.merge(share) { theirs, _ in theirs }
    return all.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// Of the site's prolog and epilog, which run as root: nothing in it is the job's to choose.
  func site(notify: String, membersFile: String, tag: String) -> [(String, String)] {
    var all = own(notify: notify, membersFile: membersFile, tag: tag)
    all["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    all["MUSTER_USER"] = launch.user.name
    all["MUSTER_UID"] = "\(launch.user.uid)"
    all["MUSTER_GID"] = "\(launch.user.gid)"
    all[deviceVariable] = member.devices.map(String.init).joined(separator: ",")
    return all.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  private func own(notify: String, membersFile: String, tag: String) -> [String: String] {
    [
      "MUSTER_JOB_ID": "\(launch.job)", "MUSTER_ATTEMPT": "\(launch.attempt)",
      "MUSTER_MEMBER": "\(member.member)", "MUSTER_MEMBERS": "\(launch.memberCount)",
      "MUSTER_NODE": member.node, "MUSTER_NODELIST": launch.nodes,
      "MUSTER_NOTIFY": notify, "MUSTER_MEMBERS_FILE": membersFile, "MUSTER_TAG": tag,
      "MASTER_ADDR": launch.masterAddress, "MASTER_PORT": "\(launch.masterPort)",
      "WORLD_SIZE": "\(launch.memberCount * tasks)", "LOCAL_WORLD_SIZE": "\(tasks)",
      "NODE_RANK": "\(member.member)",
    ]
  }

  /// Where accelerators are shared: how much of them the member has, and CUDA's own bound of that.
  private var share: [String: String] {
    guard member.share != "1" else { return [:] }
    let part = Double(member.share).map {
      ["CUDA_MPS_ACTIVE_THREAD_PERCENTAGE": "\(Int($0 * 100))"]
    }
    return ["MUSTER_SHARE": member.share].merging(part ?? [:]) { own, _ in own }
  }

  /// Of one task alone.
  func own(_ task: Int) -> [(String, String)] {
    [
      ("RANK", "\(member.member * tasks + task)"), ("LOCAL_RANK", "\(task)"),
      (deviceVariable, devices(of: task).map(String.init).joined(separator: ",")),
    ]
  }

  /// How many tasks the member has.
  var tasks: Int { max(1, launch.task.tasksPerMember) }

  /// A task's accelerators: a run of the member's; where there are more tasks than accelerators,
  /// some share one.
  func devices(of task: Int) -> [Int] {
    let all = member.devices
    guard !all.isEmpty else { return [] }
    guard tasks < all.count else { return [all[task * all.count / tasks]] }
    return Array(all[(task * all.count / tasks)..<((task + 1) * all.count / tasks)])
  }

  /// The same in every attempt, and in a place that the job's owner chose.
  private var checkpoints: String {
    "\(launch.task.directory)/muster-\(launch.job).checkpoints"
  }

  /// Where the output goes, or the errors; nil: with the output.
  func path(_ stream: OutputQuery.Stream) -> String? {
    switch stream {
    case .output: expand(launch.task.output)
    case .errors: launch.task.errors.map { expand($0) }
    }
  }

  private func expand(_ pattern: String) -> String {
    var path = ""
    var isPercent = false
    for letter in pattern {
      if isPercent {
        path += value(of: letter) ?? "%\(letter)"
        isPercent = false
      } else if letter == "%" {
        isPercent = true
      } else {
        path.append(letter)
      }
    }
    if isPercent { path.append("%") }
    return path.hasPrefix("/") ? path : "\(launch.task.directory)/\(path)"
  }

  private func value(of letter: Character) -> String? {
    switch letter {
    case "j": "\(launch.job)"
    case "a": "\(launch.arrayIndex ?? 0)"
    case "t": "\(member.member)"
    case "N": member.node
    case "x": launch.name.replacing("/", with: "_")
    case "u": launch.user.name
    case "%": "%"
    default: nil
    }
  }

  /// Whether no other member writes to the same files.
  var writesAlone: Bool {
    let pattern = launch.task.output.replacing("%%", with: "")
    return launch.memberCount <= 1 || pattern.contains("%t") || pattern.contains("%N")
  }

  /// What runs a script: its first line, as the kernel reads it; the shell where it has none.
  ///
  /// The script is not run by its own name: a process that is created while it is being written
  /// holds it open, and it could not be run ("text file busy").
  func arguments(script: String) -> [String] {
    let first = launch.task.script.prefix { $0 != "\n" && $0 != "\r\n" }
    guard first.hasPrefix("#!") else {
      return ["/bin/sh", script] + launch.task.arguments
    }
    let words = first.dropFirst(2).drop(while: \.isWhitespace)
    let interpreter = words.prefix { !$0.isWhitespace }
    let argument = words.dropFirst(interpreter.count).drop(while: \.isWhitespace)
    let trimmed = argument.reversed().drop(while: \.isWhitespace).reversed()
    return [interpreter.isEmpty ? "/bin/sh" : String(interpreter)]
      + (trimmed.isEmpty ? [] : [String(trimmed)]) + [script] + launch.task.arguments
  }

  /// A line for each member: its node.
  var membersFile: String {
    guard let list = try? Hostlist(parsing: launch.nodes) else { return "" }
    return list.names.map { "\($0)\n" }.joined()
  }
}
