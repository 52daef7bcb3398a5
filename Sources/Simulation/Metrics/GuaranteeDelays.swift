import Accounts
import Jobs
import Policy
public import Units

/// Measures how long members lack what they are entitled to, though they have work that fits it.
///
/// What counts is what could start within a member's entitlement: jobs of up to a node, of one
/// model, that nothing else keeps from starting but room. What is lacked is served in the order in
/// which it came to be lacked; how long the longest of it took is the worst delay.
public struct GuaranteeDelays: Sendable {
  /// What a member lacks of a model, and since when.
  fileprivate struct Lack: Sendable {
    var parts: [(since: Instant, milli: Int)] = []
    var sum = 0
    /// Jobs that wait, by size, the largest first.
    var waiting: [(milli: Int, jobs: Int)] = []
  }

  private let models: Int
  private let mostMilli: Int
  private var lacks: [Lack]
  private var changed: [Int] = []

  /// The longest that was lacked; of what is lacked to the end, until then.
  public private(set) var worst = TimeSpan.zero

  /// - Parameter mostMilli: the largest job that counts, in thousandths of accelerators.
  init(accounts: Int, models: Int, mostMilli: Int) {
    self.models = models
    self.mostMilli = mostMilli
    lacks = Array(repeating: Lack(), count: accounts * models)
  }

  /// A job begins to wait, or waits no more.
  mutating func waits(_ more: Int, milli: Int, of member: AccountID, model: Int) {
    guard milli <= mostMilli else { return }
    let index = Int(member.number) * models + model
    changed.append(index)
    let place = lacks[index].waiting.firstIndex { $0.milli <= milli }
    if let place, lacks[index].waiting[place].milli == milli {
      lacks[index].waiting[place].jobs += more
    } else {
      lacks[index].waiting.insert((milli, more), at: place ?? lacks[index].waiting.count)
    }
  }

  /// A member holds more or less of a model.
  mutating func holdChanged(of member: AccountID, model: Int) {
    changed.append(Int(member.number) * models + model)
  }

  /// All that happens at an instant has happened.
  ///
  /// - Parameter room: what is left of a member's entitlement.
  mutating func settle(at now: Instant, room: (AccountID, Int) -> Int) {
    for index in changed {
      let left = room(AccountID(UInt16(index / models)), index % models)
      let lack = lacks[index].fitting(in: left)
      if lack > lacks[index].sum {
        lacks[index].parts.append((now, lack - lacks[index].sum))
      } else if let since = lacks[index].serve(lacks[index].sum - lack) {
        worst = max(worst, now - since)
      }
      lacks[index].sum = lack
    }
    changed.removeAll(keepingCapacity: true)
  }
}

extension GuaranteeDelays.Lack {
  /// What of the jobs that wait would start in so much room, the largest first.
  fileprivate func fitting(in room: Int) -> Int {
    var left = room
    for size in waiting where size.milli > 0 {
      left -= min(size.jobs, max(0, left) / size.milli) * size.milli
    }
    return room - left
  }

  /// Serves so much of what is lacked, the oldest first; since when that was lacked.
  fileprivate mutating func serve(_ milli: Int) -> Instant? {
    guard milli > 0 else { return nil }
    let oldest = parts.first?.since
    var rest = milli
    var served = 0
    while rest > 0, served < parts.count {
      let part = min(rest, parts[served].milli)
      parts[served].milli -= part
      rest -= part
      if parts[served].milli == 0 { served += 1 }
    }
    parts.removeFirst(served)
    return oldest
  }
}
