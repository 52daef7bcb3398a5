public import Units

/// Why a budget does not allow a cost.
public struct BudgetObstacle: Hashable, Sendable {
  /// Whose budget it is.
  public var account: AccountID
  /// What is neither used nor set aside, in accelerator-milliseconds; 0 where none is valid now.
  public var left: Int64
  /// What would be set aside.
  public var needed: Int64
  /// When the account's next budget begins; nil if there is no other.
  public var next: Instant?

  /// An obstacle.
  public init(account: AccountID, left: Int64, needed: Int64, next: Instant?) {
    self.account = account
    self.left = left
    self.needed = needed
    self.next = next
  }
}

extension AccountBook {
  /// The budget that keeps an account from spending a cost now; nil: every one has room for it.
  ///
  /// Those of the account and of all above it count. One that has budgets that stop hard, but none
  /// of them now, allows nothing. Of budgets that overlap, the first listed is used.
  ///
  /// - Parameter cost: accelerator-milliseconds at a charge rate of one, over the whole time limit.
  public func budgetObstacle(
    of account: AccountID, cost: Int64, at now: Instant
  ) -> BudgetObstacle? {
    var number = Int(account.number)
    while number >= 0 {
      defer { number = Int(shape.parents[number]) }
      guard !purses[number].isEmpty else { continue }
      let account = AccountID(UInt16(number))
      if let place = budget(of: number, at: now) {
        let left = purses[number][place].left
        if !tree.accounts[number].budgets[place].stopsHard || left >= cost { continue }
        return BudgetObstacle(
          account: account, left: left, needed: cost, next: nextBudget(of: number, after: now))
      }
      guard tree.accounts[number].budgets.contains(where: \.stopsHard) else { continue }
      return BudgetObstacle(
        account: account, left: 0, needed: cost, next: nextBudget(of: number, after: now))
    }
    return nil
  }

  /// Sets aside what work may cost at most, in each budget from its account up.
  ///
  /// - Precondition: `budgetObstacle` found none.
  public mutating func reserveBudget(of account: AccountID, cost: Int64, at now: Instant) {
    changePurses(of: account, at: now) { $0.reserve(cost) }
  }

  /// Sets aside again what had been set aside at an instant, whatever is left of the budgets now.
  public mutating func resumeBudget(of account: AccountID, cost: Int64, reservedAt: Instant) {
    changePurses(of: account, at: reservedAt) { $0.resume(cost) }
  }

  /// Work has ended: what it cost is paid from what was set aside for it, and the rest is free.
  ///
  /// It is paid from the budgets that were valid when it was set aside, even after their end.
  ///
  /// - Precondition: so much was set aside then, and it cost no more.
  public mutating func settleBudget(
    of account: AccountID, reserved: Int64, spent: Int64, reservedAt: Instant
  ) {
    changePurses(of: account, at: reservedAt) { $0.settle(reserved: reserved, spent: spent) }
  }

  /// Gives back what lost work has paid, to the budgets from which it was paid.
  ///
  /// Usage and the ledger stay as they are: the accelerators were held. `refunded` tells how much.
  ///
  /// - Precondition: so much was paid from the budgets that were valid at `reservedAt`.
  public mutating func refund(of account: AccountID, _ paid: Int64, reservedAt: Instant) {
    changePurses(of: account, at: reservedAt) { $0.refund(paid) }
    var number = Int(account.number)
    while number >= 0 {
      refunds[number] += paid
      number = Int(shape.parents[number])
    }
  }

  /// What was given back to an account and all below it: accelerator-milliseconds.
  public func refunded(_ account: AccountID) -> Int64 { refunds[Int(account.number)] }

  /// What is left of each of an account's budgets, in the order in which they are listed.
  ///
  /// Of one that does not stop hard, `amount` is without limit; `spent` and `reserved` tell.
  public func purses(of account: AccountID) -> [Purse] { purses[Int(account.number)] }

  /// What a budget is spent from.
  static func purse(of budget: Budget) -> Purse {
    Purse(amount: budget.stopsHard ? max(0, budget.acceleratorMilliseconds) : .max)
  }

  private mutating func changePurses(
    of account: AccountID, at instant: Instant, _ change: (inout Purse) -> Void
  ) {
    var number = Int(account.number)
    while number >= 0 {
      if let place = budget(of: number, at: instant) { change(&purses[number][place]) }
      number = Int(shape.parents[number])
    }
  }

  /// The place of the budget that an account uses at an instant.
  private func budget(of account: Int, at instant: Instant) -> Int? {
    guard !purses[account].isEmpty else { return nil }
    return tree.accounts[account].budgets.firstIndex { $0.from <= instant && instant < $0.until }
  }

  private func nextBudget(of account: Int, after instant: Instant) -> Instant? {
    tree.accounts[account].budgets.lazy.map(\.from).filter { $0 > instant }.min()
  }
}
