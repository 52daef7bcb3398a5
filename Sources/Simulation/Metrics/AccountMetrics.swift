import Accounts
import Cluster
import Fleet
import Jobs
import Policy
public import Units

/// Measures what each account was promised, held, borrowed and lent, and how long its jobs waited.
///
/// It keeps a book of its own, which follows from starts and ends alone. Usage is measured from the
/// first submission on, for as long as jobs may come; waits, of all jobs to their ends.
public struct AccountMetrics: Sendable {
  /// What had been used at an instant, by account, in accelerator-hours.
  public struct Sample: Sendable {
    /// When.
    public var instant: Instant
    /// What was held.
    public var used: [Double]
    /// What was held, at the charge rates of models and modes.
    public var charged: [Double]
  }

  /// What one member lent to another, in accelerator-hours.
  public struct Loan: Sendable {
    /// Whose idle entitlement it was; the root: what was promised to nobody.
    public var lender: String
    /// Who used it.
    public var borrower: String
    /// How much.
    public var hours: Double
  }

  private static let day = TimeSpan.seconds(86_400)
  private static let milliMillisecondsPerHour = 3_600_000_000.0

  private var book: AccountBook
  private let charging: Charging
  private let topology: Topology
  private let modes: [AccessMode]

  /// By account: thousandths that are borrowed, since when, and what that came to before.
  private var borrowed: [(milli: Int, since: Instant, sum: Int128)]

  /// Usage at the beginning, after each day, and at the end.
  public private(set) var samples: [Sample] = []

  /// When measuring ends; nil: with the last job.
  private let until: Instant?
  private var nextSample: Instant?
  private var lastEvent = Instant.distantPast
  private var borrowedHours: [Double] = []
  private var lentHours: [Double?] = []

  /// Who lent what to whom, where anything was lent. Empty before the end.
  public private(set) var loans: [Loan] = []

  /// By account: waits in milliseconds and slowdowns of its own jobs, by the order of ends.
  private var waits: [[Int64]]
  private var slowdowns: [[Double]]

  /// By account: what its own jobs that came while it was measured held in all, in hours.
  private var demand: [Double]

  /// Nothing measured yet.
  init(state: ClusterState, until: Instant?) {
    book = state.holdings.book
    charging = state.holdings.charging
    topology = state.topology
    modes = state.policy.modes
    self.until = until
    let count = book.tree.count
    borrowed = Array(repeating: (0, state.holdings.book.start, 0), count: count)
    waits = Array(repeating: [], count: count)
    slowdowns = Array(repeating: [], count: count)
    demand = Array(repeating: 0, count: count)
  }

  /// The accounts that are measured.
  var tree: AccountTree { book.tree }

  /// Time has come to an instant: what is due is sampled before anything happens then.
  mutating func advance(to now: Instant) {
    lastEvent = max(lastEvent, now)
    guard let next = nextSample else {
      guard samples.isEmpty else { return }
      sample(at: now)
      nextSample = min(now + Self.day, until ?? .distantFuture)
      return
    }
    guard next <= now else { return }
    sample(at: next)
    if next == until {
      close(at: next)
    } else {
      nextSample = min(next + Self.day, until ?? .distantFuture)
      advance(to: now)
    }
  }

  /// All jobs are over.
  mutating func finish() {
    guard nextSample != nil else { return }
    let end = until ?? lastEvent
    advance(to: end)
    guard nextSample != nil else { return }
    sample(at: end)
    close(at: end)
  }

  private mutating func close(at end: Instant) {
    nextSample = nil
    borrowedHours = borrowed.map { entry in
      Self.hours(entry.sum + Int128(entry.milli) * Int128((end - entry.since).milliseconds))
    }
    let members = [AccountID.root] + book.tree.members
    lentHours = Array(repeating: nil, count: book.tree.count)
    for lender in members {
      var sum = Int128(0)
      for borrower in members where borrower != lender {
        let lent = book.models.indices.reduce(Int128(0)) {
          $0 + book.lent(from: lender, to: borrower, model: $1, at: end)
        }
        sum += lent
        guard lent > 0 else { continue }
        loans.append(
          Loan(
            lender: book.tree[lender].name, borrower: book.tree[borrower].name,
            hours: Self.hours(lent)))
      }
      lentHours[Int(lender.number)] = Self.hours(sum)
    }
  }

  private mutating func sample(at now: Instant) {
    let accounts = (0..<book.tree.count).map { AccountID(UInt16($0)) }
    samples.append(
      Sample(
        instant: now,
        used: accounts.map { account in
          Self.hours(
            book.models.indices.reduce(0) { $0 + book.used(account, model: $1, at: now) })
        },
        charged: accounts.map { Self.hours(book.charged($0, at: now)) }))
  }

  private static func hours(_ amount: Int128) -> Double {
    Double(amount) / milliMillisecondsPerHour
  }

  // MARK: Events

  /// A gang begins to hold an allocation, or holds it no more.
  mutating func enter(
    _ allocation: Allocation, _ request: JobRequest, holds: Bool, at now: Instant
  ) {
    let mode = modes[Int(request.mode.number)]
    for amount in charging.amounts(of: allocation, on: topology) {
      let hold = AccountBook.Hold(
        account: request.account, model: amount.model, milli: amount.milli,
        chargeMilli: mode.chargeMilli, alwaysBorrowed: mode.borrowing == .always)
      if holds { book.hold(hold, at: now) } else { book.release(hold, at: now) }
    }
    var account: AccountID? = request.account
    while let at = account {
      let index = Int(at.number)
      let span = (now - borrowed[index].since).milliseconds
      borrowed[index].sum += Int128(borrowed[index].milli) * Int128(span)
      borrowed[index].since = now
      borrowed[index].milli = book.models.indices.reduce(0) {
        $0 + book.borrowedMilli(at, model: $1)
      }
      account = book.tree[at].parent
    }
  }

  /// A job is over that got to run.
  mutating func ended(
    _ account: AccountID, submitted: Instant, waited: TimeSpan, held: Int128, at now: Instant
  ) {
    let index = Int(account.number)
    let completion = (now - submitted).milliseconds
    let run = completion - waited.milliseconds
    waits[index].append(waited.milliseconds)
    slowdowns[index].append(max(1, Double(completion) / Double(max(run, 10_000))))
    if until.map({ submitted < $0 }) ?? true { demand[index] += Self.hours(held) }
  }
}

// MARK: Figures

extension AccountMetrics {
  /// What is said of one account.
  public struct Figures: Sendable {
    /// Its path below the root.
    public var path: String
    /// Whether it is at the first level.
    public var isMember: Bool
    /// What it was promised, in accelerator-hours.
    public var entitledHours: Double
    /// What it held.
    public var usedHours: Double
    /// What it was charged.
    public var chargedHours: Double
    /// What of that was beyond its entitlement.
    public var borrowedHours: Double
    /// What others held on its entitlement; nil below the members, who lend for those below them.
    public var lentHours: Double?
    /// Its part of what all were charged, less its part of what all members are promised.
    public var shareError: Double
    /// What its jobs held, to their ends.
    public var demandHours: Double
    /// From submission to the last end, the time that its jobs did not run, in seconds.
    public var wait: Distribution
    /// Completion time over the time that they ran, at least 1; runs under 10 s count as 10 s.
    public var boundedSlowdown: Distribution
  }

  /// Every account's figures, in the order of the policy. Empty before the end.
  public var figures: [Figures] {
    guard let first = samples.first, let last = samples.last, !lentHours.isEmpty else { return [] }
    let span = (last.instant - first.instant).milliseconds
    func entitled(_ account: AccountID) -> Double {
      let milli = book.models.indices.reduce(0) { $0 + book.entitledMilli(account, model: $1) }
      return Self.hours(Int128(milli) * Int128(span))
    }
    let promised = book.tree.members.reduce(0) { $0 + entitled($1) }
    return (0..<book.tree.count).map { index in
      let account = AccountID(UInt16(index))
      let below = (0..<book.tree.count).filter {
        book.tree.isAtOrBelow(AccountID(UInt16($0)), account)
      }
      let part = last.charged[0] > 0 ? last.charged[index] / last.charged[0] : 0
      let due = promised > 0 ? entitled(account) / promised : 0
      return Figures(
        path: book.tree.path(of: account),
        isMember: book.tree[account].parent == .root,
        entitledHours: entitled(account), usedHours: last.used[index],
        chargedHours: last.charged[index], borrowedHours: borrowedHours[index],
        lentHours: lentHours[index], shareError: index == 0 ? 0 : part - due,
        demandHours: below.reduce(0) { $0 + demand[$1] },
        wait: Distribution(milliseconds: below.flatMap { waits[$0] }),
        boundedSlowdown: Distribution(below.flatMap { slowdowns[$0] }))
    }
  }

  /// Each account's part of what all were charged between two samples.
  ///
  /// - Precondition: both are within `samples`, the first before the second.
  public func parts(from first: Int, to last: Int) -> [Double] {
    let all = samples[last].charged[0] - samples[first].charged[0]
    return samples[last].charged.indices.map {
      all > 0 ? (samples[last].charged[$0] - samples[first].charged[$0]) / all : 0
    }
  }

  /// How evenly the members got what they were owed: 1 is perfect. (Jain, Chiu and Hawe 1984)
  ///
  /// Of each that was owed anything, what it held over the lesser of what it asked for and what it
  /// is entitled to, at most 1: what it borrowed beside is no unfairness.
  public var jain: Double {
    let ratios = figures.filter(\.isMember).compactMap { member -> Double? in
      let owed = min(member.demandHours, member.entitledHours)
      return owed > 0 ? min(1, member.usedHours / owed) : nil
    }
    let sum = ratios.reduce(0, +)
    let squares = ratios.reduce(0) { $0 + $1 * $1 }
    return squares > 0 ? sum * sum / (Double(ratios.count) * squares) : 1
  }
}

extension AccountTree {
  /// The accounts at the first level, in the order of the policy.
  var members: [AccountID] {
    accounts.indices.map { AccountID(UInt16($0)) }.filter { self[$0].parent == .root }
  }
}
