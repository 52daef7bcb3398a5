import Foundation
import Wire

/// The limits of a member's tasks, by the kernel's control groups of either version.
///
/// What can't be limited is said once, in the log, and tasks run without.
struct ControlGroups: Sendable {
  private enum Controller: String, CaseIterable {
    case memory, cpu, pids, devices

    var words: String {
      switch self {
      case .memory: "memory is not limited, nor noticed where it runs out"
      case .cpu: "cores are not limited"
      case .pids: "the number of processes is not limited"
      case .devices: "accelerators of others are not shut off, only not visible"
      }
    }
  }

  /// A member may have so many processes and threads: a bound on accidents.
  private static let mostProcesses = 32_768

  /// Where groups are.
  private static let root = "/sys/fs/cgroup"

  /// Of version 2, the agent's own group below one that is made over to it, as systemd does for
  /// `DelegateSubgroup=muster-agent`.
  private static let ownLeaf = "muster-agent"

  /// Of version 2, below which group root's agent makes groups unless it is told another.
  private static let place = "/muster"

  /// Of version 2, the controllers that are asked for.
  private static let handedDown: [Controller] = [.memory, .cpu, .pids]

  /// The folder below which each controller makes its groups, where it does.
  private var folders: [Controller: String] = [:]
  private var isVersion2 = false

  /// The groups below one; else below the agent's own, or, of version 2, one for all agents.
  static func find(below parent: String?, log: (String) -> Void) -> ControlGroups {
    var groups = ControlGroups()
    groups.isVersion2 = FileManager.default.fileExists(atPath: "\(root)/cgroup.controllers")
    let own = ownGroups()
    if groups.isVersion2 {
      let folder = folder(parent, own: own[""] ?? "/")
      let able = isWritable(folder) ? delegated(folder) : []
      for controller in handedDown where able.contains(controller.rawValue) {
        groups.folders[controller] = folder
      }
    } else {
      for controller in Controller.allCases {
        guard let path = parent ?? own[controller.rawValue] else { continue }
        let folder = "\(root)/\(controller.rawValue)\(path)"
        if isWritable(folder, limit: trialLimit(of: controller)) {
          groups.folders[controller] = folder
        }
      }
    }
    for controller in Controller.allCases where groups.folders[controller] == nil {
      log("no control group for \(controller.rawValue): \(controller.words)")
    }
    return groups
  }

  /// The groups that the agent itself is in, by controller; version 2's by the empty word.
  private static func ownGroups() -> [String: String] {
    let text = (try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8)) ?? ""
    var groups: [String: String] = [:]
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      for name in parts[1].split(separator: ",", omittingEmptySubsequences: false) {
        groups[String(name)] = String(parts[2])
      }
    }
    return groups
  }

  /// Whether groups can be made in a folder, and a file of theirs be written.
  private static func isWritable(
    _ folder: String, limit: (file: String, text: String)? = nil
  ) -> Bool {
    let trial = "\(folder)/muster-trial-\(ProcessInfo.processInfo.processIdentifier)"
    guard Linux.makeFolder(trial) else { return false }
    let takesLimit = limit.map { write($0.text, to: "\(trial)/\($0.file)") } ?? true
    return Linux.removeFolder(trial) && takesLimit
  }

  /// What a group of version 1 must take, or its controller is of no use; harmless.
  private static func trialLimit(of controller: Controller) -> (file: String, text: String) {
    switch controller {
    case .memory: ("memory.oom_control", "0")
    case .cpu: ("cpu.cfs_quota_us", "-1")
    case .pids: ("pids.max", "max")
    case .devices: ("devices.deny", "c 195:0 rwm")
    }
  }

  /// Below which folder of version 2 groups are made; it is made, too.
  ///
  /// Version 2 has processes in groups alone that hand no controllers down. Into a service's group
  /// that does nobody could start the service again while tasks run on below it, and so groups are
  /// made beside it. Who may not do that moves into a leaf of the own group.
  private static func folder(_ parent: String?, own: String) -> String {
    if parent == nil, own.hasSuffix("/\(ownLeaf)") {
      return root + own.dropLast(ownLeaf.utf8.count + 1)
    }
    let folder = root + (parent ?? place)
    if Linux.makeFolder(folder), isWritable(folder) {
      handDown(from: String(folder[..<(folder.lastIndex(of: "/") ?? folder.endIndex)]))
      return folder
    }
    let leaf = "\(root)\(own)/\(ownLeaf)"
    if parent == nil, Linux.makeFolder(leaf) { _ = write("0", to: "\(leaf)/cgroup.procs") }
    return root + (parent ?? own)
  }

  /// Has a group of version 2 hand its controllers down.
  private static func handDown(from folder: String) {
    for controller in handedDown {
      _ = write("+\(controller.rawValue)", to: "\(folder)/cgroup.subtree_control")
    }
  }

  /// Which controllers a group of version 2 hands down, of those that it can.
  private static func delegated(_ folder: String) -> Set<String> {
    handDown(from: folder)
    let text = try? String(contentsOfFile: "\(folder)/cgroup.subtree_control", encoding: .utf8)
    return Set((text ?? "").split(whereSeparator: \.isWhitespace).map(String.init))
  }

  private static func write(_ text: String, to path: String) -> Bool {
    guard let file = FileHandle(forWritingAtPath: path) else { return false }
    defer { try? file.close() }
    return (try? file.write(contentsOf: Data(text.utf8))) != nil
  }

  /// The folder of a member's group, by its tag.
  private func folder(_ controller: Controller, _ tag: String) -> String? {
    folders[controller].map { "\($0)/muster-\(tag)" }
  }

  /// Makes a member's groups; what its shim has to know of them.
  func make(
    _ tag: String, for member: GangLaunch.Member, accelerators: [Int: Int]
  ) -> [(String, String)] {
    var orders: [(String, String)] = []
    // Version 2 has one folder for all controllers.
    var joined: Set<String> = []
    for controller in Controller.allCases {
      guard let folder = folder(controller, tag), Linux.makeFolder(folder) else { continue }
      for (file, text) in limits(controller, member, accelerators) {
        _ = Self.write(text, to: "\(folder)/\(file)")
      }
      guard joined.insert(folder).inserted else { continue }
      orders.append(("join", "\(folder)/cgroup.procs"))
      orders.append(("rmdir", folder))
    }
    if let folder = folder(.memory, tag) {
      orders.append(("oom", folder + (isVersion2 ? "/memory.events" : "/memory.oom_control")))
      orders.append(("peak", folder + (isVersion2 ? "/memory.peak" : "/memory.max_usage_in_bytes")))
      if isVersion2 { orders.append(("kill", folder + "/cgroup.kill")) }
    }
    return orders
  }

  /// The processes in a member's groups.
  func processes(_ tag: String) -> [Int32] {
    let lists = Set(Controller.allCases.compactMap { folder($0, tag) }).map { folder in
      (try? String(contentsOfFile: "\(folder)/cgroup.procs", encoding: .utf8)) ?? ""
    }
    return lists.flatMap { $0.split(separator: "\n").compactMap { Int32($0) } }
  }

  /// Removes the groups of a member that has no processes any more.
  func remove(_ tag: String) {
    for controller in Controller.allCases {
      if let folder = folder(controller, tag) { _ = Linux.removeFolder(folder) }
    }
  }

  private func limits(
    _ controller: Controller, _ member: GangLaunch.Member, _ accelerators: [Int: Int]
  ) -> [(String, String)] {
    let bytes = member.memoryMib << 20
    switch controller {
    case .memory where member.memoryMib <= 0: return []
    case .memory where isVersion2:
      return [("memory.max", "\(bytes)"), ("memory.swap.max", "0"), ("memory.oom.group", "1")]
    case .memory:
      // A group inherits whether tasks without memory are ended or wait, for ever, for somebody
      // who would see to it.
      return [
        ("memory.oom_control", "0"), ("memory.limit_in_bytes", "\(bytes)"),
        ("memory.memsw.limit_in_bytes", "\(bytes)"),
      ]
    case .cpu where member.milliCores <= 0: return []
    case .cpu where isVersion2: return [("cpu.max", "\(member.milliCores * 100) 100000")]
    case .cpu:
      return [
        ("cpu.cfs_period_us", "100000"), ("cpu.cfs_quota_us", "\(member.milliCores * 100)"),
      ]
    case .pids: return [("pids.max", "\(Self.mostProcesses)")]
    case .devices:
      // Character device 195 is NVIDIA's; the number below it, the accelerator.
      return accelerators.filter { !member.devices.contains($0.key) }
        .map { ("devices.deny", "c 195:\($0.value) rwm") }
    }
  }
}
