public import Jobs
public import Units

/// What the accounts keep of a job.
public struct JobRecord: Hashable, Sendable {
  /// The job.
  public var job: JobID
  /// Who was charged.
  public var account: AccountID
  /// On which terms it ran.
  public var mode: ModeID
  /// When it was accepted.
  public var submitted: Instant
  /// When it was started last; nil: never.
  public var started: Instant?
  /// When it was over; nil: not yet.
  public var ended: Instant?
  /// How it was over.
  public var outcome: JobOutcome?
  /// How often it was started.
  public var attempts: Int
  /// How often it was evicted.
  public var evictions: Int
  /// How many nodes it held last.
  public var members: Int
  /// How many thousandths of accelerators it held last; of cores, where the fleet has none.
  public var milli: Int
  /// What its budgets have paid, in accelerator-milliseconds at a charge rate of one.
  public var charged: Int64
  /// What of that was given back for lost work.
  public var refunded: Int64
}

/// What an account held of a model on a day.
public struct UsageRecord: Hashable, Sendable {
  /// The day, in UTC, counted from 1970-01-01.
  public var day: Int64
  /// The account: one without others below it.
  public var account: AccountID
  /// The model's place among the fleet's.
  public var model: Int
  /// Thousandths of accelerators × milliseconds.
  public var held: Int64
}

/// What an account was charged for a day, over all models.
public struct ChargeRecord: Hashable, Sendable {
  /// The day, in UTC, counted from 1970-01-01.
  public var day: Int64
  /// The account: one without others below it.
  public var account: AccountID
  /// Thousandths of accelerators × milliseconds, at a charge rate of one.
  public var charged: Int64
}

/// What a member lent to another on a day.
public struct LoanRecord: Hashable, Sendable {
  /// The day, in UTC, counted from 1970-01-01.
  public var day: Int64
  /// Who lent; the root: what was promised to nobody.
  public var lender: AccountID
  /// Who borrowed.
  public var borrower: AccountID
  /// The model's place among the fleet's.
  public var model: Int
  /// Thousandths of accelerators × milliseconds.
  public var lent: Int64
}

/// The accounting tables, or a part of them.
public struct AccountingRecords: Hashable, Sendable {
  /// By number.
  public var jobs: [JobRecord] = []
  /// By day, account and model.
  public var usage: [UsageRecord] = []
  /// By day and account.
  public var charges: [ChargeRecord] = []
  /// By day, lender, borrower and model.
  public var loans: [LoanRecord] = []
}
