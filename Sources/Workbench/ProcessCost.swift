import Foundation
import Reports

extension ReplayReport.Cost {
  /// What this process has cost so far.
  static var ofThisProcess: ReplayReport.Cost {
    ReplayReport.Cost(
      cpuSeconds: Double(clock()) / Double(CLOCKS_PER_SEC), peakMemoryBytes: peakMemory)
  }

  /// The high-water mark of resident memory, as Linux keeps it; 0 where it keeps none.
  private static var peakMemory: Int {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
      let match = status.firstMatch(of: /VmHWM:\s*([0-9]+) kB/), let kilobytes = Int(match.1)
    else { return 0 }
    return kilobytes * 1024
  }
}
