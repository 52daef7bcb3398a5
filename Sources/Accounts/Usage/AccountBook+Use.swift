public import Units

extension AccountBook {
  /// What an account and all below it hold of a model, in thousandths of accelerators.
  public func heldMilli(_ account: AccountID, model: Int) -> Int {
    holdings[index(Int(account.number), model)].held
  }

  /// What an account and all below it have held of a model since the book was opened.
  ///
  /// In thousandths of accelerators × milliseconds, whatever they were charged; nothing decays.
  ///
  /// - Precondition: nothing was entered later than the instant.
  public func used(_ account: AccountID, model: Int, at now: Instant) -> Int128 {
    let holding = holdings[index(Int(account.number), model)]
    return Int128(holding.held) * Int128(elapsed(now)) + holding.offset
  }

  /// What an account and all below it were charged since the book was opened, over all models.
  ///
  /// In thousandths of accelerators × milliseconds at a charge rate of one, rounded down at this
  /// instant only; nothing decays.
  ///
  /// - Precondition: nothing was entered later than the instant.
  public func charged(_ account: AccountID, at now: Instant) -> Int128 {
    let charge = charges[Int(account.number)]
    return (Int128(charge.rate) * Int128(elapsed(now)) + charge.offset) / 1_000_000
  }

  /// What is held under an account itself, and not under one below it: as `used`.
  ///
  /// Of an account without others below it that is all; of others what was held before they had
  /// any, or while they had none that was open.
  public func usedDirectly(_ account: AccountID, model: Int, at now: Instant) -> Int128 {
    tree.children[Int(account.number)].reduce(used(account, model: model, at: now)) {
      $0 - used($1, model: model, at: now)
    }
  }

  /// What an account was charged itself, and none below it: as `charged`.
  public func chargedDirectly(_ account: AccountID, at now: Instant) -> Int128 {
    func exact(_ account: AccountID) -> Int128 {
      let charge = charges[Int(account.number)]
      return Int128(charge.rate) * Int128(elapsed(now)) + charge.offset
    }
    return tree.children[Int(account.number)].reduce(exact(account)) { $0 - exact($1) } / 1_000_000
  }

  /// The decayed charge of an account, and that part of it that was above its entitlement.
  ///
  /// The unit grows with time: only usages at one instant can be compared. What was above is not
  /// multiplied by the modes' charges, as no one job is what is above.
  ///
  /// - Precondition: nothing was entered later than the instant.
  /// - Complexity: O(1) within the current epoch, else O(accounts)
  public func decayedUsage(_ account: AccountID, at now: Instant) -> (all: Int128, above: Int128) {
    guard now < weight.nextEpoch else {
      var later = self
      later.advance(to: now)
      return later.decayedUsage(account, at: now)
    }
    let charge = charges[Int(account.number)]
    let grown = weight.integral(to: now)
    return (
      Int128(charge.rate) * grown + charge.decayed,
      Int128(charge.rateAbove) * grown + charge.decayedAbove
    )
  }

  /// The decayed charge of an account as lists show it, where what is held now counts whole.
  ///
  /// In thousandths of accelerators × milliseconds, at a charge rate of one.
  ///
  /// - Precondition: nothing was entered later than the instant.
  public func decayedCharge(_ account: AccountID, at now: Instant) -> Int128 {
    guard now < weight.nextEpoch else {
      var later = self
      later.advance(to: now)
      return later.decayedCharge(account, at: now)
    }
    return decayedUsage(account, at: now).all / Int128(weight.value(at: now)) / 1_000_000
  }
}
