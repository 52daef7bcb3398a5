public import Units

extension AccountBook {
  /// So many accelerators of a model, held under an account by a gang.
  public struct Hold: Hashable, Sendable {
    /// Who is charged.
    public var account: AccountID
    /// The model's place in the book's list.
    public var model: Int
    /// Thousandths of accelerators.
    public var milli: Int
    /// What the access mode charges, in thousandths of the model's charge rate.
    public var chargeMilli: Int
    /// Whether it counts as borrowed even where the entitlement would have room for it.
    public var alwaysBorrowed: Bool

    /// A hold.
    public init(
      account: AccountID, model: Int, milli: Int, chargeMilli: Int = 1000,
      alwaysBorrowed: Bool = false
    ) {
      self.account = account
      self.model = model
      self.milli = milli
      self.chargeMilli = chargeMilli
      self.alwaysBorrowed = alwaysBorrowed
    }
  }

  /// The most that may be held in all: thousandths × of the model's charge rate × of the mode's.
  ///
  /// With half-lives of up to 2^40 ms, decayed usage then stays below 2^123.
  static let mostCharged = 1 << 56

  /// A gang begins to hold something, or more of it than before.
  ///
  /// - Complexity: O(depth); O(members²) as well where some member borrows the model
  public mutating func hold(_ hold: Hold, at now: Instant) { enter(hold, sign: 1, at: now) }

  /// A gang no longer holds something, or less of it: what it held, as it was entered.
  ///
  /// - Precondition: the account holds so much.
  /// - Complexity: as `hold`
  public mutating func release(_ hold: Hold, at now: Instant) { enter(hold, sign: -1, at: now) }

  private mutating func enter(_ hold: Hold, sign: Int, at now: Instant) {
    precondition(hold.milli >= 0 && hold.chargeMilli >= 0, "\(hold) is negative")
    advance(to: now)
    let since = Int128(elapsed(now))
    let grown = weight.integral(to: now)
    let milli = sign * hold.milli
    let always = hold.alwaysBorrowed ? milli : 0
    let rate = chargeMilli[hold.model]
    let charged = milli * rate * hold.chargeMilli
    let borrowedBefore = memberBorrowed(hold.account, hold.model)
    var account = Int(hold.account.number)
    if account == 0 { direct[hold.model].change(by: milli, always: always, since: since) }
    repeat {
      let index = index(account, hold.model)
      let entitled = terms[index].entitled
      let above = max(0, holdings[index].held - entitled)
      holdings[index].change(by: milli, always: always, since: since)
      let more = max(0, holdings[index].held - entitled) - above
      charges[account].change(by: charged, above: more * rate, grown: grown, since: since)
      account = Int(shape.parents[account])
    } while account >= 0
    precondition(charges[0].rate < Self.mostCharged, "more is held than can be added up")
    let more = memberBorrowed(hold.account, hold.model) - borrowedBefore
    lend(hold.model, moreBorrowed: more, at: now)
  }

  /// What the member that an account belongs to borrows of a model.
  private func memberBorrowed(_ account: AccountID, _ model: Int) -> Int {
    borrowed(place: Int(shape.places[Int(account.number)]), model)
  }
}

extension AccountBook.Holding {
  /// Holds so much more from an instant on, given since the book's beginning.
  mutating func change(by milli: Int, always: Int, since: Int128) {
    held += milli
    alwaysBorrowed += always
    precondition(
      alwaysBorrowed >= 0 && held >= alwaysBorrowed, "more was given back than was held")
    offset &-= Int128(milli) &* since
  }
}

extension AccountBook.Charge {
  /// Is charged so much more from an instant on: given since the book's beginning, and as the
  /// weight's integral since the epoch's.
  mutating func change(by charged: Int, above: Int, grown: Int128, since: Int128) {
    rate += charged
    decayed &-= Int128(charged) &* grown
    offset &-= Int128(charged) &* since
    changeAbove(by: above, grown: grown)
  }

  /// Is above its entitlement by so much more from an instant on.
  mutating func changeAbove(by above: Int, grown: Int128) {
    guard above != 0 else { return }
    rateAbove += above
    decayedAbove &-= Int128(above) &* grown
  }
}
