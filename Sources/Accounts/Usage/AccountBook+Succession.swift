public import Units

extension AccountBook {
  /// What a book goes by: the accounts, what there is, and what it is charged.
  public struct Rules: Sendable {
    /// The accounts; those that were there keep their numbers and their parents.
    public var tree: AccountTree
    /// The models' names; those that were there come first, in their order.
    public var models: [String]
    /// By model: thousandths of the charge rate.
    public var chargeMilli: [Int]
    /// By model: thousandths of accelerators that could be in service.
    public var capacityMilli: [Int]
    /// By model: those that are; more than the capacity counts as all of it.
    public var inServiceMilli: [Int]
    /// After which usage counts half in fair share from now on.
    public var halfLife: TimeSpan

    /// Rules.
    public init(
      tree: AccountTree, models: [String], chargeMilli: [Int], capacityMilli: [Int],
      inServiceMilli: [Int], halfLife: TimeSpan
    ) {
      self.tree = tree
      self.models = models
      self.chargeMilli = chargeMilli
      self.capacityMilli = capacityMilli
      self.inServiceMilli = inServiceMilli
      self.halfLife = halfLife
    }
  }

  /// Goes by other rules from an instant on, at which nobody holds anything in the book.
  ///
  /// Usage, what was charged, payments, refunds and the ledger stay, to the unit. What is held is
  /// released before and held again after it, both at that instant, which comes to nothing; so
  /// charge rates may change under it.
  ///
  /// A budget is known by its dates: by both, else by its beginning, else by its end. What is paid
  /// of it stays paid, also where its amount is cut below that. What was paid of one that is gone
  /// is no longer anybody's payment here.
  ///
  /// With another half-life what was used counts as much as it did at that instant, and less from
  /// then on by the new one.
  ///
  /// - Precondition: nothing is held or set aside, and accounts and models begin with those there
  ///   are.
  /// - Complexity: O(accounts × models + members² × models)
  public mutating func succeed(by rules: Rules, at now: Instant) {
    precondition(
      holdings.allSatisfy { $0.held == 0 } && direct.allSatisfy { $0.held == 0 },
      "the rules change while something is held")
    precondition(
      rules.tree.count >= tree.count && rules.models.starts(with: models),
      "accounts or models would disappear")
    precondition(
      zip(tree.accounts, rules.tree.accounts).allSatisfy { $0.parent == $1.parent },
      "an account would move")
    advance(to: now)
    change(halfLife: rules.halfLife, at: now)
    relay(to: rules)
    purses = rules.tree.accounts.enumerated().map { number, account in
      guard number < tree.count else { return account.budgets.map(Self.purse(of:)) }
      return Self.purses(of: account.budgets, after: tree.accounts[number].budgets, purses[number])
    }
    tree = rules.tree
    shape = AccountShape(tree)
    ledger = ledger.grown(to: shape.members.count, models: rules.models.count)
    models = rules.models
    chargeMilli = rules.chargeMilli
    capacityMilli = rules.capacityMilli
    inServiceMilli = zip(rules.inServiceMilli, capacityMilli).map { max(0, min($0, $1)) }
    for model in models.indices {
      resolveTerms(of: model)
      scaleTerms(of: model, at: now)
    }
    shares = resolveShares()
  }

  /// Makes room for more accounts and models.
  private mutating func relay(to rules: Rules) {
    let (accounts, count) = (rules.tree.count, rules.models.count)
    var relaid = Array(repeating: Holding(), count: accounts * count)
    for account in 0..<tree.count {
      for model in models.indices {
        relaid[account * count + model] = holdings[index(account, model)]
      }
    }
    holdings = relaid
    terms = Array(repeating: Terms(), count: accounts * count)
    charges += Array(repeating: Charge(), count: accounts - charges.count)
    refunds += Array(repeating: 0, count: accounts - refunds.count)
    direct += Array(repeating: Holding(), count: count - direct.count)
    unpromised = Array(repeating: 0, count: count)
  }

  /// Begins an epoch of another half-life, in which all usage has the weight that it has now.
  private mutating func change(halfLife: TimeSpan, at now: Instant) {
    let next = GrowingWeight(halfLife: halfLife, from: now)
    guard next.slot != weight.slot else { return }
    let (one, value) = (Int128(1) << GrowingWeight.fractionBits, Int128(weight.value(at: now)))
    func weighed(_ usage: Int128) -> Int128 {
      let (whole, rest) = usage.quotientAndRemainder(dividingBy: value)
      return whole * one + rest * one / value
    }
    for account in charges.indices {
      charges[account].decayed = weighed(charges[account].decayed)
      charges[account].decayedAbove = weighed(charges[account].decayedAbove)
    }
    weight = next
  }

  /// The purses of budgets that take the place of others.
  private static func purses(
    of budgets: [Budget], after old: [Budget], _ purses: [Purse]
  ) -> [Purse] {
    let likeness: [(Budget, Budget) -> Bool] = [
      { $0.from == $1.from && $0.until == $1.until }, { $0.from == $1.from },
      { $0.until == $1.until },
    ]
    var predecessors = [Int?](repeating: nil, count: budgets.count)
    var isTaken = Array(repeating: false, count: old.count)
    for isLike in likeness {
      for (place, budget) in budgets.enumerated() where predecessors[place] == nil {
        guard let found = old.indices.first(where: { !isTaken[$0] && isLike(old[$0], budget) })
        else { continue }
        predecessors[place] = found
        isTaken[found] = true
      }
    }
    return zip(budgets, predecessors).map { budget, predecessor in
      let fresh = purse(of: budget)
      return predecessor.map { purses[$0].succeeded(by: fresh.amount) } ?? fresh
    }
  }
}
