public import Accounts
public import Cluster
public import Fleet
public import Jobs
public import Units

/// Why a job waits: a typed cause with its numbers.
public enum Verdict: Hashable, Sendable {
  /// Whom a mode's limit is about.
  public enum Scope: UInt8, Hashable, Sendable {
    /// One person.
    case user
    /// All who work on something together.
    case project
  }

  /// Too few nodes have room for a member now.
  case noRoom(RoomShortage)
  /// Nodes that it could have take no work, all for the same reason; ascending.
  ///
  /// Only explanations say so: a plan looks at the others.
  case outOfService(NodeCondition, [NodeID])
  /// Nobody may pass the job at the head of the queue.
  case behind(JobID)
  /// There is room, but it would run into another's reservation.
  case wouldDelay(JobID, start: Instant)
  /// There is room, but it is kept in a window that would begin before the job's end.
  case window(name: String, from: Instant)
  /// It asked for a window that is not open yet, or not for so long any more.
  case outsideWindow(name: String, from: Instant, until: Instant)
  /// Others are being made to go for it; it starts by then at the latest.
  case claims(until: Instant)
  /// It has a right to room that these hold, who may not be disturbed before then; ascending.
  ///
  /// Only explanations say so: a plan looks for who may be disturbed now.
  case undisturbed([JobID], until: Instant)
  /// So many jobs of the account run under the mode already.
  case modeJobs(Scope, AccountID, running: Int, most: Int)
  /// The account would hold more than the mode allows at once, in thousandths of accelerators.
  case modeAccelerators(Scope, AccountID, held: Int, asked: Int, most: Int)
  /// Its mode doesn't borrow, and its member's entitlement has less room, in thousandths.
  case entitlement(AccountID, model: Int, room: Int, asked: Int)
  /// It would have to borrow more than it may, or than others lend, in thousandths.
  case borrowing(AccountID, boundBy: AccountID?, model: Int, room: Int, asked: Int)
  /// A budget does not pay for it.
  case budget(BudgetObstacle)
  /// Its project's allowance under the mode does not pay for it.
  case allowance(AllowanceTable.Obstacle, asked: Int64)
  /// The site would draw more than it may, in milliwatts.
  case power(site: Int, drawn: Int, asked: Int, most: Int)
  /// So many jobs of its array run already.
  case throttle(running: Int, most: Int)
  /// It may not start before then.
  case begins(Instant)
  /// It can't be over by its deadline any more.
  case tooLate(deadline: Instant)
  /// Another job must have ended before.
  case dependency(JobID)
  /// Another job ended otherwise than it should have: this one never starts.
  case dependencyFailed(JobID)
  /// Somebody holds it back.
  case heldBack
  /// The rules or the fleet have changed since it came, and it could not be submitted any more.
  case notAdmitted(JobRejection)

  /// The kind of a verdict, without its numbers.
  public enum Kind: UInt8, Hashable, Sendable, CaseIterable {
    /// As the verdict of the same name says.
    case noRoom, outOfService, behind, wouldDelay, window, outsideWindow, claims, undisturbed
    /// As the verdict of the same name says.
    case modeJobs, modeAccelerators, entitlement, borrowing, budget, allowance, power, throttle
    /// As the verdict of the same name says.
    case begins, tooLate, dependency, dependencyFailed, heldBack, notAdmitted
  }

  /// Its kind.
  public var kind: Kind {
    switch self {
    case .noRoom: .noRoom
    case .outOfService: .outOfService
    case .behind: .behind
    case .wouldDelay: .wouldDelay
    case .window: .window
    case .outsideWindow: .outsideWindow
    case .claims: .claims
    case .undisturbed: .undisturbed
    case .modeJobs: .modeJobs
    case .modeAccelerators: .modeAccelerators
    case .entitlement: .entitlement
    case .borrowing: .borrowing
    case .budget: .budget
    case .allowance: .allowance
    case .power: .power
    case .throttle: .throttle
    case .begins: .begins
    case .tooLate: .tooLate
    case .dependency: .dependency
    case .dependencyFailed: .dependencyFailed
    case .heldBack: .heldBack
    case .notAdmitted: .notAdmitted
    }
  }

  /// Whether it is room that is lacking, so that a reservation helps.
  public var isAboutRoom: Bool {
    switch self {
    case .noRoom, .outOfService, .wouldDelay, .window, .claims, .undisturbed, .power: true
    case .behind, .outsideWindow, .modeJobs, .modeAccelerators, .entitlement, .borrowing,
      .budget, .allowance, .throttle, .begins, .tooLate, .dependency, .dependencyFailed,
      .heldBack, .notAdmitted:
      false
    }
  }

  /// Whether it is what its account may hold.
  var isAboutShare: Bool { kind == .entitlement || kind == .borrowing }

  /// Whether it may change when a window begins or ends, or a site may draw more or less.
  var followsTheClock: Bool {
    if case .outsideWindow(_, let from, _) = self { return from > .distantPast }
    return isAboutRoom
  }

  /// When it changes by the clock alone, at the earliest; nil where it doesn't.
  var changes: Instant? {
    switch self {
    case .outsideWindow(_, let from, _): from
    case .undisturbed(_, let until): until
    case .budget(let obstacle): obstacle.next
    case .allowance(.none(let next), _), .allowance(.short(_, _, let next), _): next
    case .begins(let instant): instant
    case .noRoom, .outOfService, .behind, .wouldDelay, .window, .claims, .modeJobs,
      .modeAccelerators, .entitlement, .borrowing, .power, .throttle, .tooLate, .dependency,
      .dependencyFailed, .heldBack, .notAdmitted:
      nil
    }
  }
}
