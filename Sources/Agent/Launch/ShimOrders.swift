import Foundation
import Units
import Wire

/// A file of orders for a shim: pairs of words, each followed by a zero byte.
struct ShimOrders {
  private(set) var bytes = Data()

  mutating func add(_ key: String, _ value: String) {
    for word in [key, value] {
      // A zero byte would begin another order.
      bytes.append(contentsOf: word.utf8.filter { $0 != 0 })
      bytes.append(0)
    }
  }

  mutating func add(_ key: String = "environment", environment: [(String, String)]) {
    for (name, value) in environment where !name.isEmpty && !name.contains("=") {
      add(key, "\(name)=\(value)")
    }
  }
}

extension ShimOrders {
  /// The agent's own record among the orders, over which a shim reads.
  static func record(in bytes: Data) -> LaunchRecord? {
    let words = bytes.split(separator: 0, omittingEmptySubsequences: false)
    for index in stride(from: 0, to: words.count - 1, by: 2)
    where words[index].elementsEqual("record".utf8) {
      return try? JSONDecoder().decode(LaunchRecord.self, from: Data(words[index + 1]))
    }
    return nil
  }

  /// How long after its time limit a member is ended though nobody has said so: the controller may
  /// be away.
  static let overrunMs: Int64 = 60_000

  /// A warning that is due at once waits until a task can have asked for it.
  private static let settlingMs: Int64 = 1_000

  /// A time limit further off than a hundred years is none.
  private static let mostRestMs: Int64 = 100 * 366 * 86_400_000

  /// Outputs that several members share are emptied where they are older than this.
  static let sharedOutputAgeMs: Int64 = 2_000

  /// When a member is sent what on its own account, on the clock that runs since the machine
  /// started: no calendar counts, neither this machine's nor the controller's.
  mutating func add(timesOf launch: GangLaunch, bootMs: Int64) {
    guard let left = launch.timeLeftMs, left < Self.mostRestMs else { return }
    let end = bootMs + left
    for ahead in [launch.task.warning, launch.task.checkpointSignal].compactMap({ $0 }) {
      guard let signal = Linux.signalNumber(ahead.signal) else { continue }
      add("at", "\(max(end - ahead.aheadMs, bootMs + Self.settlingMs)) \(signal)")
    }
    add("at", "\(end + Self.overrunMs) 0")
  }

  /// Where output goes, and whether what is there goes first: never what an earlier attempt wrote,
  /// nor what another member of this gang has just written.
  mutating func add(outputsOf environment: TaskEnvironment, now: Instant) {
    let launch = environment.launch
    if let path = environment.path(.output) { add("output", path) }
    if let path = environment.path(.errors) { add("errors", path) }
    guard !launch.task.appends, launch.attempt <= 1 else { return }
    if environment.writesAlone {
      add("empty-before", "\(Int64.max)")
    } else if environment.member.member == 0 {
      add("empty-before", "\(now.milliseconds - Self.sharedOutputAgeMs)")
    }
  }
}
