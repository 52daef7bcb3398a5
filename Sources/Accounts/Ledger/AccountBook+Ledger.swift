public import Units

extension AccountBook {
  /// How much one member has lent to another of a model since the book was opened.
  ///
  /// In thousandths of accelerators × milliseconds, exactly: over all lenders it adds up to what
  /// the borrower borrowed. The root as lender is what was promised to nobody, or what nobody had
  /// idle, as on a node that is being emptied. A member may have lent to itself, where work that
  /// counts as borrowed in any case ran on what its own member left idle. Accounts below a member
  /// stand for it.
  ///
  /// - Precondition: nothing was entered later than the instant.
  public func lent(
    from lender: AccountID, to borrower: AccountID, model: Int, at now: Instant
  ) -> Int128 {
    let loan = loan(from: lender, to: borrower, model)
    return Int128(loan.milli) * Int128(elapsed(now)) + loan.offset
  }

  /// How much one member lends to another of a model now, in thousandths of accelerators.
  public func lendingMilli(from lender: AccountID, to borrower: AccountID, model: Int) -> Int {
    loan(from: lender, to: borrower, model).milli
  }

  private func loan(
    from lender: AccountID, to borrower: AccountID, _ model: Int
  ) -> LendingLedger.Loan {
    ledger.loan(
      model, from: Int(shape.places[Int(lender.number)]),
      to: Int(shape.places[Int(borrower.number)]))
  }

  /// What a member holds of a model; the root: what is held under its own name.
  func holding(_ place: Int, _ model: Int) -> Holding {
    place == 0 ? direct[model] : holdings[index(Int(shape.members[place].number), model)]
  }

  /// What a member is entitled to; the root: what is promised to nobody.
  func entitled(_ place: Int, _ model: Int) -> Int {
    place == 0
      ? unpromised[model] : terms[index(Int(shape.members[place].number), model)].entitled
  }

  /// What a member holds beyond what it is entitled to.
  func borrowed(place: Int, _ model: Int) -> Int {
    holding(place, model).borrowed(entitled: entitled(place, model))
  }

  /// What a member leaves idle and lends, if somebody asks.
  func lendable(_ place: Int, _ model: Int) -> Int {
    let idle = holding(place, model).idle(entitled: entitled(place, model))
    return place == 0
      ? idle : min(idle, terms[index(Int(shape.members[place].number), model)].lendLimit)
  }

  /// Attributes what is borrowed of a model to the lenders, from an instant on.
  ///
  /// What is promised to nobody is lent first; then each lends in proportion to what it leaves
  /// idle, at most its limit; the root answers for the rest.
  ///
  /// - Complexity: O(1) while nobody borrows the model, else O(members²)
  mutating func lend(_ model: Int, moreBorrowed more: Int, at now: Instant) {
    let before = ledger.borrowed[model]
    let borrowed = before + more
    guard before > 0 || borrowed > 0 else { return }
    ledger.borrowed[model] = borrowed
    guard !isTrial else { return }
    var lendable = shape.members.indices.map { self.lendable($0, model) }
    let ownerless = min(borrowed, lendable[0])
    lendable[0] = 0
    let asked = min(borrowed - ownerless, lendable.reduce(0, +))
    var lent = LendingLedger.split(asked, over: lendable)
    lent[0] = borrowed - asked
    let taken = shape.members.indices.map { self.borrowed(place: $0, model) }
    ledger.set(model, lent: lent, taken: taken, since: Int128(elapsed(now)))
  }
}
