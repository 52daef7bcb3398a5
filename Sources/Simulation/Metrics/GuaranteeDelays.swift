import Accounts
import Cluster
import Jobs
import Policy
public import Units

/// Measures how long members lack what they are entitled to, though they have work that fits it.
///
/// What counts is what could start within a member's entitlement, as it is while nodes are out:
/// jobs of up to a node, of one model, that nothing else keeps from starting but room. What is
/// lacked is served in the order in which it came to be lacked; how long the longest of it took is
/// the worst delay.
public struct GuaranteeDelays: Sendable {
  /// Jobs that wait, alike in what the rules ask.
  fileprivate struct Waiting: Sendable {
    var milli: Int
    var request: JobRequest
    var jobs: Int

    func isLike(_ request: JobRequest) -> Bool {
      self.request.account == request.account && self.request.mode == request.mode
        && self.request.timeLimit == request.timeLimit
    }
  }

  /// What a member lacks of a model, and since when.
  fileprivate struct Lack: Sendable {
    var parts: [(since: Instant, milli: Int)] = []
    var sum = 0
    /// Jobs that wait, the largest first.
    var waiting: [Waiting] = []
  }

  private let models: Int
  private let mostMilli: Int
  private var lacks: [Lack]
  private var changed: [Int] = []
  private var isChanged: [Bool]

  /// When all are judged again: what budgets and the clock change is seen within an hour.
  private var nextJudging = Instant.distantPast

  /// The longest that was lacked; of what is lacked to the end, until then.
  public private(set) var worst = TimeSpan.zero

  /// - Parameter mostMilli: the largest job that counts, in thousandths of accelerators.
  init(accounts: Int, models: Int, mostMilli: Int) {
    self.models = models
    self.mostMilli = mostMilli
    lacks = Array(repeating: Lack(), count: accounts * models)
    isChanged = Array(repeating: false, count: lacks.count)
  }

  /// A job begins to wait, or waits no more.
  mutating func waits(
    _ more: Int, _ request: JobRequest, milli: Int, of member: AccountID, model: Int
  ) {
    guard milli <= mostMilli, milli > 0 else { return }
    let index = Int(member.number) * models + model
    note(index)
    let first = lacks[index].waiting.partitioningIndex { $0.milli <= milli }
    let end = lacks[index].waiting.partitioningIndex { $0.milli < milli }
    let place = lacks[index].waiting[first..<end].firstIndex { $0.isLike(request) }
    guard let place else {
      return lacks[index].waiting.insert(
        Waiting(milli: milli, request: request, jobs: more), at: end)
    }
    lacks[index].waiting[place].jobs += more
    if lacks[index].waiting[place].jobs == 0 { lacks[index].waiting.remove(at: place) }
  }

  /// A member holds more or less: of any of its models more may be let run, or less.
  mutating func holdChanged(of member: AccountID) {
    for model in 0..<models { note(Int(member.number) * models + model) }
  }

  /// Nodes came into service or left it, or time has passed: all may be owed something else.
  mutating func allChanged() { for index in lacks.indices { note(index) } }

  private mutating func note(_ index: Int) {
    guard !isChanged[index] else { return }
    isChanged[index] = true
    changed.append(index)
  }

  /// All that happens at an instant has happened.
  mutating func settle(_ holdings: Holdings, at now: Instant) {
    if nextJudging <= now {
      nextJudging = now + .seconds(3600)
      allChanged()
    }
    for index in changed { isChanged[index] = false }
    for index in changed where lacks[index].sum > 0 || !lacks[index].waiting.isEmpty {
      let lack = lacks[index].owed(
        AccountID(UInt16(index / models)), model: index % models, by: holdings, at: now)
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
  /// What of the jobs that wait would start within a member's entitlement, the largest first.
  fileprivate func owed(
    _ member: AccountID, model: Int, by holdings: Holdings, at now: Instant
  ) -> Int {
    let room = holdings.book.roomWithinEntitlement(member, model: model)
    var left = room
    var counted = CountedJobs()
    for place in waiting.indices where waiting[place].milli <= left {
      let (milli, account) = (waiting[place].milli, waiting[place].request.account)
      guard !holdings.hasRule(against: waiting[place].request, at: now) else { continue }
      let own = holdings.book.roomWithinEntitlement(account, model: model)
      let jobs = min(
        waiting[place].jobs, left / milli, max(0, own - counted.milli(of: account)) / milli,
        counted.most(of: waiting[place].request, milli: milli, holdings))
      guard jobs > 0 else { continue }
      left -= jobs * milli
      counted.add(jobs, of: waiting[place].request, milli: milli, holdings)
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

/// Jobs that are counted as running, beside those that do, for the limits of their modes.
private struct CountedJobs {
  private var held: [(account: AccountID, milli: Int)] = []
  private var counts: [(account: AccountID, mode: ModeID, jobs: Int, milli: Int)] = []

  /// How many more alike the limits let run.
  func most(of request: JobRequest, milli: Int, _ holdings: Holdings) -> Int {
    var most = Int.max
    for (limits, account) in holdings.modeLimits(on: request) {
      let count = counts.first { $0.account == account && $0.mode == request.mode }
      if let jobs = limits.jobs {
        most = min(
          most, jobs - holdings.modeUse.jobs(account, request.mode) - (count?.jobs ?? 0))
      }
      if let accelerators = limits.accelerators {
        let held = holdings.modeUse.milli(account, request.mode) + (count?.milli ?? 0)
        most = min(most, max(0, accelerators * 1000 - held) / milli)
      }
    }
    return max(0, most)
  }

  /// What the jobs that an account itself has among them would hold.
  func milli(of account: AccountID) -> Int { held.first { $0.account == account }?.milli ?? 0 }

  mutating func add(_ jobs: Int, of request: JobRequest, milli: Int, _ holdings: Holdings) {
    if let place = held.firstIndex(where: { $0.account == request.account }) {
      held[place].milli += jobs * milli
    } else {
      held.append((request.account, jobs * milli))
    }
    var last: AccountID?
    for (_, account) in holdings.modeLimits(on: request) where account != last {
      last = account
      let place = counts.firstIndex { $0.account == account && $0.mode == request.mode }
      if let place {
        counts[place].jobs += jobs
        counts[place].milli += jobs * milli
      } else {
        counts.append((account, request.mode, jobs, jobs * milli))
      }
    }
  }
}
