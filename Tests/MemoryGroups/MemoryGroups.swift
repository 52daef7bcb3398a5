import Foundation

/// The kernel's control groups for memory, as this process may use them.
public enum MemoryGroups {
  /// The path of this process's own group, of version 1.
  public static let own: String? = {
    let text = (try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.contains(":memory:") }
    return line?.split(separator: ":", maxSplits: 2).last.map(String.init)
  }()

  /// The folder of a group of version 1.
  public static func folder(_ path: String) -> String { "/sys/fs/cgroup/memory\(path)" }

  /// Whether this process may make groups, and the kernel ends what takes more memory than its
  /// group may have.
  public static let limit: Bool = {
    let probe = Process()
    probe.executableURL = URL(filePath: "/bin/sh")
    probe.arguments = ["-c", script, "probe", own.map(folder) ?? ""]
    probe.standardError = FileHandle.nullDevice
    guard (try? probe.run()) != nil else { return false }
    probe.waitUntilExit()
    return probe.terminationReason == .exit && probe.terminationStatus == 0
  }()

  private static let script = """
    group=$1/muster-probe-$$ file=memory.limit_in_bytes
    if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
      echo +memory > /sys/fs/cgroup/cgroup.subtree_control
      group=/sys/fs/cgroup/muster-probe-$$ file=memory.max
    fi
    mkdir "$group" || exit 1
    [ -e "$group/memory.oom_control" ] && echo 0 > "$group/memory.oom_control"
    echo 8388608 > "$group/$file" &&
      (echo 0 > "$group/cgroup.procs" && ulimit -v 500000 && exec tail /dev/zero)
    code=$?
    rmdir "$group"
    [ $code = 137 ]
    """
}
