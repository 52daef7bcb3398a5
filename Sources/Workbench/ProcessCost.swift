import Foundation
import Reports

extension ReplayReport.Cost {
  /// What this process has cost so far.
  static var ofThisProcess: ReplayReport.Cost {
    ReplayReport.Cost(
      cpuSeconds: Double(clock()) / Double(CLOCKS_PER_SEC), peakMemoryBytes: peakMemory)
  }

  /// The CPU time of this thread alone so far, to a hundredth of a second, and the most memory that
  /// the process had.
  static var ofThisThread: ReplayReport.Cost {
    ReplayReport.Cost(cpuSeconds: threadSeconds, peakMemoryBytes: peakMemory)
  }

  /// User and system time as Linux keeps them (proc(5), fields 14 and 15); 0 where it keeps none.
  private static var threadSeconds: Double {
    guard let stat = try? String(contentsOfFile: "/proc/thread-self/stat", encoding: .utf8),
      // The second field is a name in parentheses, which may hold anything.
      let end = stat.lastIndex(of: ")")
    else { return 0 }
    let fields = stat[stat.index(after: end)...].split(separator: " ")
    guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else {
      return 0
    }
    return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  /// The high-water mark of resident memory, as Linux keeps it; 0 where it keeps none.
  private static var peakMemory: Int {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
      let match = status.firstMatch(of: /VmHWM:\s*([0-9]+) kB/), let kilobytes = Int(match.1)
    else { return 0 }
    return kilobytes * 1024
  }
}
