import Foundation
import Wire

/// When the controller was last heard of, on the clock that runs since the machine started and
/// through its sleep.
///
/// It is kept in a file that the shims read too: they keep to the fence though no agent lives.
struct Contact {
  private let path: String
  private var fenceMs: Int64 = 0
  private var heartbeatMs: Int64 = 1000
  private var lastMs: Int64
  private var writtenMs: Int64?
  private(set) var isFenced = false

  /// What an earlier agent on this machine knew; else it begins now.
  init(state: String) {
    path = state + "/contact"
    let now = Linux.bootMs
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    let numbers = text.split(whereSeparator: \.isWhitespace).compactMap { Int64($0) }
    lastMs = now
    guard numbers.count == 2, numbers[0] <= now else { return }
    lastMs = numbers[0]
    fenceMs = numbers[1]
  }

  /// How long to wait until the fence is looked at again.
  var pauseMs: Int64 { max(10, min(1000, fenceMs / 10)) }

  mutating func joined(_ session: AgentSession) {
    fenceMs = session.fenceMs
    heartbeatMs = session.heartbeatMs
    writtenMs = nil
  }

  /// A request that was sent then was answered.
  ///
  /// The instant of sending counts: the controller has heard of the agent at that time or later.
  mutating func heard(sentMs: Int64) {
    lastMs = max(lastMs, sentMs)
    isFenced = false
    let dueMs = min(heartbeatMs, fenceMs / 8)
    if let writtenMs, lastMs - writtenMs < dueMs { return }
    let text = Data("\(lastMs) \(fenceMs)\n".utf8)
    if (try? text.write(to: URL(filePath: path), options: .atomic)) != nil { writtenMs = lastMs }
  }

  /// Whether the controller has been away for too long; true once for each absence.
  mutating func isOver(at now: Int64) -> Bool {
    guard !isFenced, fenceMs > 0, now - lastMs >= fenceMs else { return false }
    isFenced = true
    return true
  }
}
