import Foundation
import Wire

/// When the controller was last heard of, on the clock that runs since the machine started and
/// through its sleep.
///
/// It is kept in a file that the shims read too: they keep to the fence though no agent lives. The
/// file is written over in place, so that a full disk changes nothing; a sum of its two numbers
/// tells a reader whether it has seen both of one writing.
struct Contact {
  private let path: String
  private var fenceMs: Int64 = 0
  private var heartbeatMs: Int64 = 1000
  private var lastMs: Int64
  private var writtenMs: Int64?
  private(set) var isFenced = false

  /// The fence that shims keep to: what stands in the file; nil: nothing does.
  private(set) var keptFenceMs: Int64?

  /// What an earlier agent on this machine knew; else it begins now.
  init(state: String) {
    path = state + "/contact"
    let now = Linux.bootMs
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    let numbers = text.split(whereSeparator: \.isWhitespace).compactMap { Int64($0) }
    lastMs = now
    guard numbers.count == 3, numbers[0] <= now, numbers[0] &+ numbers[1] == numbers[2] else {
      return
    }
    lastMs = numbers[0]
    fenceMs = numbers[1]
    keptFenceMs = fenceMs
  }

  /// How long to wait until the fence is looked at again.
  var pauseMs: Int64 { max(10, min(1000, fenceMs / 10)) }

  mutating func joined(_ session: AgentSession) {
    heartbeatMs = session.heartbeatMs
    keep(to: session.fenceMs)
  }

  /// Another fence is in force from now on.
  mutating func keep(to fence: Int64) {
    guard fence > 0, fence != keptFenceMs else { return }
    fenceMs = fence
    write()
  }

  /// A request that was sent then was answered.
  ///
  /// The instant of sending counts: the controller has heard of the agent at that time or later.
  mutating func heard(sentMs: Int64) {
    lastMs = max(lastMs, sentMs)
    isFenced = false
    let dueMs = min(heartbeatMs, fenceMs / 8)
    if let writtenMs, lastMs - writtenMs < dueMs, keptFenceMs == fenceMs { return }
    write()
  }

  private mutating func write() {
    let words = [lastMs, fenceMs, lastMs + fenceMs].map { number in
      let digits = "\(number)"
      return String(repeating: " ", count: max(0, 20 - digits.count)) + digits
    }
    let text = Data((words.joined(separator: " ") + "\n").utf8)
    guard (try? Linux.overwrite(path, text)) != nil else { return }
    (writtenMs, keptFenceMs) = (lastMs, fenceMs)
  }

  /// Whether the controller has been away for too long; true once for each absence.
  mutating func isOver(at now: Int64) -> Bool {
    guard !isFenced, fenceMs > 0, now - lastMs >= fenceMs else { return false }
    isFenced = true
    return true
  }
}
