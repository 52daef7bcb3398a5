import Fleet
import Jobs
import Units

/// The classes of one shape, by their time limits: those that may start before a promise are the
/// first of them.
struct ShapeLane: Sendable {
  let shape: GangShape

  /// Which nodes its gangs may have, of which any has to have room for all of a gang.
  let alternatives: [Eligibility?]

  /// The slots, the shortest limit first.
  private(set) var slots: [(limit: TimeSpan, slot: Int)] = []

  init(shape: GangShape) {
    self.shape = shape
    alternatives = shape.alternatives
  }

  mutating func insert(_ slot: Int, _ limit: TimeSpan) {
    slots.insert((limit, slot), at: place(of: limit))
  }

  mutating func remove(_ slot: Int, _ limit: TimeSpan) {
    var place = place(of: limit)
    while slots[place].slot != slot { place += 1 }
    slots.remove(at: place)
  }

  private func place(of limit: TimeSpan) -> Int {
    var (low, high) = (0, slots.count)
    while low < high {
      let middle = (low + high) / 2
      if slots[middle].limit < limit { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// How a class stands and what its place in the order follows from, in few bytes.
struct Mark: Sendable {
  enum Standing: UInt8, Hashable, Sendable {
    /// Nobody knows yet whether its first job may start.
    case untried
    /// Room was lacking when it was tried: its shape and limit say when to try again.
    case lacksRoom
    /// There was room that others did not lend it: where the room goes, it lacks room instead.
    case notLent
    /// Something else was in the way, or room of another kind.
    case barred
    /// No job is left in it.
    case gone
  }

  var standing: Standing
  /// Whether a promise would help it.
  var wantsPromise: Bool
  /// Whether its account holds all that it may: jobs of its own team might have to go for it.
  var lacksShare: Bool
  var mode: ModeID
  var tier: Int32
  /// Who is charged, and the member above.
  var account: AccountID
  var member: AccountID
  /// Thousandths of accelerators that each of its jobs will hold.
  var milli: Int
  var limit: TimeSpan
  /// The first that waits.
  var first = JobClass.Waiting(since: .distantFuture, job: JobID(0))

  init(_ cause: Verdict?, _ jobs: JobClass) {
    let isInWindow = jobs.key.terms?.window != nil
    tier = Int32(jobs.tier)
    mode = jobs.key.mode
    account = jobs.key.account
    member = jobs.member
    milli = jobs.milli
    limit = jobs.key.limit
    first = jobs.first ?? first
    wantsPromise = cause?.isAboutRoom == true && !isInWindow
    lacksShare = cause?.isAboutShare == true && !isInWindow
    standing = .untried
    setStanding(cause?.kind, isInWindow: isInWindow)
  }

  private mutating func setStanding(_ cause: Verdict.Kind?, isInWindow: Bool) {
    switch cause {
    case nil: standing = .untried
    case .noRoom, .wouldDelay, .window, .claims: standing = isInWindow ? .barred : .lacksRoom
    case .borrowing: standing = isInWindow ? .barred : .notLent
    default: standing = .barred
    }
  }
}
