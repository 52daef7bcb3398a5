public import Units

/// Who holds and has used how much, what each account is promised, and who lends to whom.
///
/// A value of whole numbers: the same events give the same bits, whether or not somebody looked in
/// between. Amounts are thousandths of accelerators of a model; a model is its place in the list of
/// names that the book was opened with. `Documentation/Internals/FairShare.md` says how each number
/// is computed, and how large it may become.
///
/// Nothing here grows with time: an amount that is held is kept as a rate and an offset, so that
/// what it comes to at an instant `t` is `rate × t + offset`, for every `t` until the rate changes.
/// A change of the rate by δ at `t` takes `δ × t` off the offset.
public struct AccountBook: Hashable, Sendable {
  /// What an account and all below it hold of one model.
  public struct Holding: Hashable, Sendable {
    /// Thousandths of accelerators.
    public var held = 0
    /// Those among them that count as borrowed whatever the entitlement is.
    public var alwaysBorrowed = 0
    /// What the undecayed use is at the book's beginning, as if `held` had been held since then.
    public var offset: Int128 = 0

    /// Nothing is held, and never was.
    public init() {}

    /// Those that count against the entitlement.
    var counted: Int { held - alwaysBorrowed }

    /// Those that are beyond an entitlement.
    func excess(entitled: Int) -> Int { max(0, counted - entitled) }

    /// Those that are beyond an entitlement, or count as such.
    func borrowed(entitled: Int) -> Int { alwaysBorrowed + excess(entitled: entitled) }

    /// How much of an entitlement is not used.
    func idle(entitled: Int) -> Int { max(0, entitled - counted) }
  }

  /// What an account is charged, over all models.
  public struct Charge: Hashable, Sendable {
    /// Thousandths of accelerators × of the model's charge rate × of the mode's: below 2^56.
    public var rate = 0
    /// The decayed charge at the epoch's beginning, as if `rate` had held since then.
    public var decayed: Int128 = 0
    /// The undecayed charge at the book's beginning, as if `rate` had held since then.
    public var offset: Int128 = 0
    /// Thousandths of accelerators above the entitlement × of the model's charge rate.
    public var rateAbove = 0
    /// As `decayed`, of what is above the entitlement.
    public var decayedAbove: Int128 = 0

    /// Nothing is charged, and never was.
    public init() {}
  }

  /// What the rules say about one account and one model, in thousandths of accelerators.
  struct Terms: Hashable, Sendable {
    /// What it is entitled to while the whole fleet is in service.
    var nominal = 0
    /// The most it lends then; nil: without a limit.
    var nominalLendLimit: Int?
    /// The most it borrows then; nil: without a limit.
    var nominalBorrowLimit: Int?
    /// What it is entitled to now.
    var entitled = 0
    /// The most it lends now; `Int.max` without a limit.
    var lendLimit = Int.max
    /// The most it borrows now; `Int.max` without a limit.
    var borrowLimit = Int.max
  }

  /// The accounts.
  public internal(set) var tree: AccountTree

  /// The names of the models, in the order in which they are numbered.
  public internal(set) var models: [String]

  /// By model: thousandths of the charge rate.
  public internal(set) var chargeMilli: [Int]

  /// By model: thousandths of accelerators that could be in service.
  public internal(set) var capacityMilli: [Int]

  /// By model: thousandths of accelerators that are in service.
  public internal(set) var inServiceMilli: [Int]

  /// When the book was opened.
  public let start: Instant

  var shape: AccountShape
  var weight: GrowingWeight

  /// By account, then model.
  var holdings: [Holding]
  var terms: [Terms]

  /// By account.
  var charges: [Charge]
  var purses: [[Purse]]
  var refunds: [Int64]
  var shares: [Share]

  /// By model: what is held under the root's own name, and what is promised to no member.
  var direct: [Holding]
  var unpromised: [Int]

  var ledger: LendingLedger

  /// Whether this is a trial, which nobody asks who lent what to whom: that is not worked out.
  public var isTrial = false

  /// A book in which nothing is held yet, with the whole fleet in service.
  ///
  /// - Parameters:
  ///   - models: names in the topology's order; the next two have an entry for each.
  ///   - chargeMilli: thousandths of an accelerator-hour that an hour is charged.
  ///   - capacityMilli: thousandths of accelerators that could be in service.
  ///   - halfLife: after which usage counts half in fair share; up to 2^40 ms, and rounded down
  ///     to a multiple of 1,024 ms.
  /// - Complexity: O(accounts × models)
  public init(
    tree: AccountTree, models: [String], chargeMilli: [Int], capacityMilli: [Int],
    halfLife: TimeSpan, at start: Instant
  ) {
    precondition(
      chargeMilli.count == models.count && capacityMilli.count == models.count,
      "\(models.count) models, \(chargeMilli.count) charge rates, \(capacityMilli.count) capacities"
    )
    self.tree = tree
    self.models = models
    self.chargeMilli = chargeMilli
    self.capacityMilli = capacityMilli
    inServiceMilli = capacityMilli
    self.start = start
    shape = AccountShape(tree)
    weight = GrowingWeight(halfLife: halfLife, from: start)
    holdings = Array(repeating: Holding(), count: tree.count * models.count)
    terms = Array(repeating: Terms(), count: tree.count * models.count)
    charges = Array(repeating: Charge(), count: tree.count)
    purses = tree.accounts.map { $0.budgets.map(Self.purse(of:)) }
    refunds = Array(repeating: 0, count: tree.count)
    shares = []
    direct = Array(repeating: Holding(), count: models.count)
    unpromised = Array(repeating: 0, count: models.count)
    ledger = LendingLedger(models: models.count, places: shape.members.count)
    for model in models.indices {
      resolveTerms(of: model)
      scaleTerms(of: model, at: start)
    }
    shares = resolveShares()
  }

  /// Where an account's entry for a model lies in `holdings` and `terms`.
  func index(_ account: Int, _ model: Int) -> Int { account * models.count + model }

  /// Milliseconds since the book was opened.
  func elapsed(_ now: Instant) -> Int64 { (now - start).milliseconds }

  /// Begins every epoch that is due, so that nothing can overflow; changes no answer.
  ///
  /// - Precondition: the instant is not before the current epoch, which began at most eight
  ///   half-lives before the last change.
  /// - Complexity: O(1) within an epoch of eight half-lives, O(accounts) for each new one
  public mutating func advance(to now: Instant) {
    while now >= weight.nextEpoch {
      let whole = weight.wholeEpoch
      for account in charges.indices {
        let charge = charges[account]
        charges[account].decayed =
          (charge.decayed + Int128(charge.rate) * whole) >> GrowingWeight.epochHalfLives
        charges[account].decayedAbove =
          (charge.decayedAbove + Int128(charge.rateAbove) * whole) >> GrowingWeight.epochHalfLives
      }
      weight.beginEpoch()
    }
  }
}
