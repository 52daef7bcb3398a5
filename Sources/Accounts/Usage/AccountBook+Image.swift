public import Units

extension AccountBook {
  /// What of a book does not follow from the accounts' rules and what is in service.
  ///
  /// A book made of it is the same, bit for bit: `Codec` keeps it in snapshots.
  public struct Image: Hashable, Sendable {
    /// When the book was opened.
    public var start: Instant
    /// The models' names in the order of their numbers; empty: those of the fleet.
    public var models: [String]
    /// When the current epoch of decay began.
    public var epoch: Instant
    /// By account, then model.
    public var holdings: [Holding]
    /// By model: what is held under the root's own name.
    public var direct: [Holding]
    /// By account.
    public var charges: [Charge]
    /// By account: its budgets' purses.
    public var purses: [[Purse]]
    /// By account: what was given back to it and all below it.
    public var refunds: [Int64]
    /// By model, lender and borrower: members by their order, the root first.
    public var loans: [Loan]
    /// By model: all that is borrowed.
    public var borrowed: [Int]

    /// An image of a book of which nothing is said yet.
    public init(start: Instant) {
      self.start = start
      models = []
      epoch = start
      holdings = []
      direct = []
      charges = []
      purses = []
      refunds = []
      loans = []
      borrowed = []
    }
  }

  /// What of this book does not follow from anything else. O(accounts × models + members²)
  public var image: Image {
    var image = Image(start: start)
    image.models = models
    image.epoch = weight.epoch
    image.holdings = holdings
    image.direct = direct
    image.charges = charges
    image.purses = purses
    image.refunds = refunds
    image.loans = ledger.loans
    image.borrowed = ledger.borrowed
    return image
  }

  /// Takes the place that another book of the same accounts and models had before a restart.
  ///
  /// What is entitled follows from what is in service, which this book must know already.
  ///
  /// - Returns: what of the image does not go with this book; nil: it was taken over.
  /// - Precondition: nothing was entered in this book yet, and it was opened at the image's start.
  public mutating func restore(_ image: Image) -> String? {
    precondition(image.start == start, "a book opened at another time")
    guard image.models.isEmpty || image.models == models, image.holdings.count == holdings.count,
      image.direct.count == direct.count,
      image.charges.count == charges.count, image.refunds.count == refunds.count,
      image.loans.count == ledger.loans.count, image.borrowed.count == ledger.borrowed.count,
      image.purses.count == purses.count,
      zip(image.purses, purses).allSatisfy({ $0.count == $1.count })
    else { return "a book of other accounts, budgets or models" }
    guard image.epoch >= start else { return "an epoch before the book was opened" }
    holdings = image.holdings
    direct = image.direct
    charges = image.charges
    purses = image.purses
    refunds = image.refunds
    ledger.loans = image.loans
    ledger.borrowed = image.borrowed
    weight.resume(epoch: image.epoch)
    return nil
  }
}
