public import Units

extension AccountBook {
  /// A new account comes into being below another; gives its number.
  ///
  /// - Complexity: O(accounts × models)
  @discardableResult
  public mutating func add(_ account: Account, at now: Instant) -> AccountID {
    var tree = tree
    let id = tree.add(account)
    adopt(tree, at: now)
    return id
  }

  /// The rules of the accounts change: there are more of them, or they are promised something else.
  ///
  /// What is held, used, lent and spent stays. An account keeps its number and its parent. Its
  /// budgets keep their dates, and new ones come after them; a budget never becomes smaller than
  /// what is spent and set aside.
  ///
  /// - Precondition: the new tree has all accounts of this one under their numbers, and their
  ///   budgets first among its own.
  /// - Complexity: O(accounts × models)
  public mutating func adopt(_ tree: AccountTree, at now: Instant) {
    precondition(tree.count >= self.tree.count, "accounts would disappear")
    advance(to: now)
    for (number, account) in tree.accounts.enumerated() {
      if number < self.tree.count {
        precondition(
          account.parent == self.tree.accounts[number].parent, "\(account.name) would move")
        adoptBudgets(of: number, account.budgets)
      } else {
        purses.append(account.budgets.map(Self.purse(of:)))
        charges.append(Charge())
        refunds.append(0)
        holdings += Array(repeating: Holding(), count: models.count)
        terms += Array(repeating: Terms(), count: models.count)
      }
    }
    self.tree = tree
    shape = AccountShape(tree)
    if ledger.places < shape.members.count { ledger = ledger.grown(to: shape.members.count) }
    for model in models.indices {
      resolveTerms(of: model)
      scaleTerms(of: model, at: now)
    }
    shares = resolveShares()
  }

  /// The fleet grows or shrinks for good: fractions are worked out anew, numbers stay.
  ///
  /// - Parameters:
  ///   - capacityMilli: by model, thousandths of accelerators that could be in service.
  ///   - inServiceMilli: by model, those that are; more than the capacity counts as all of it.
  /// - Complexity: O(accounts × models)
  public mutating func setCapacity(
    _ capacityMilli: [Int], inServiceMilli: [Int], at now: Instant
  ) {
    precondition(
      capacityMilli.count == models.count && inServiceMilli.count == models.count,
      "\(capacityMilli.count) capacities for \(models.count) models")
    advance(to: now)
    self.capacityMilli = capacityMilli
    for model in models.indices {
      self.inServiceMilli[model] = max(0, min(inServiceMilli[model], capacityMilli[model]))
      resolveTerms(of: model)
      scaleTerms(of: model, at: now)
    }
    shares = resolveShares()
  }

  private mutating func adoptBudgets(of number: Int, _ budgets: [Budget]) {
    let before = tree.accounts[number].budgets
    precondition(
      budgets.count >= before.count
        && zip(before, budgets).allSatisfy { $0.from == $1.from && $0.until == $1.until },
      "budgets of \(tree.accounts[number].name) would disappear or move")
    for (place, budget) in budgets.enumerated() {
      let fresh = Self.purse(of: budget)
      if place < before.count {
        purses[number][place].setAmount(fresh.amount)
      } else {
        purses[number].append(fresh)
      }
    }
  }
}
