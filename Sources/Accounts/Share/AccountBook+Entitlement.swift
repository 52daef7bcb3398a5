public import Units

extension AccountBook {
  /// What an account is entitled to of a model now, in thousandths of accelerators.
  public func entitledMilli(_ account: AccountID, model: Int) -> Int {
    terms[index(Int(account.number), model)].entitled
  }

  /// How much of what an account and all below it hold is borrowed from its siblings.
  ///
  /// What is beyond the account's entitlement, and all that counts as borrowed in any case.
  public func borrowedMilli(_ account: AccountID, model: Int) -> Int {
    let index = index(Int(account.number), model)
    return holdings[index].borrowed(entitled: terms[index].entitled)
  }

  /// How much an account and all below it hold beyond its entitlement, apart from what counts as
  /// borrowed in any case.
  public func excessMilli(_ account: AccountID, model: Int) -> Int {
    let index = index(Int(account.number), model)
    return holdings[index].excess(entitled: terms[index].entitled)
  }

  /// How much of its entitlement a member lacks, in millionths, rounded down; 0 when it holds all.
  ///
  /// What counts as borrowed in any case doesn't fill the entitlement.
  public func deficit(_ member: AccountID, model: Int) -> Int {
    let index = index(Int(member.number), model)
    let entitled = terms[index].entitled
    guard entitled > 0 else { return 0 }
    return Self.scaled(holdings[index].idle(entitled: entitled), by: 1_000_000, of: entitled)
  }

  /// Nodes came into service or left it: every entitlement and limit changes in proportion.
  ///
  /// - Parameter milli: by model, thousandths of accelerators; more than the capacity counts as
  ///   all of it.
  /// - Complexity: O(accounts) for each model of which the amount changes
  public mutating func setInService(_ milli: [Int], at now: Instant) {
    precondition(milli.count == models.count, "\(milli.count) amounts for \(models.count) models")
    advance(to: now)
    for model in models.indices {
      let amount = max(0, min(milli[model], capacityMilli[model]))
      guard amount != inServiceMilli[model] else { continue }
      inServiceMilli[model] = amount
      scaleTerms(of: model, at: now)
    }
  }

  /// Works out what each account is entitled to of a model while the whole fleet is in service.
  ///
  /// Children whose amounts add up to more than their parent's get less, in proportion.
  mutating func resolveTerms(of model: Int) {
    let whole = capacityMilli[model]
    let name = models[model]
    let all = Self.resolve(tree[.root].entitlement.amount(of: name), whole)
    terms[index(0, model)].nominal = min(all, whole)
    for parent in 0..<shape.count {
      let most = terms[index(parent, model)].nominal
      var sum = 0
      for place in shape.childRange(parent) {
        let child = shape.children[place]
        let account = tree[AccountID(child)]
        let at = index(Int(child), model)
        terms[at].nominal = Self.resolve(account.entitlement.amount(of: name), most)
        terms[at].nominalLendLimit = account.lendLimit.map { Self.resolve($0, most) }
        terms[at].nominalBorrowLimit = account.borrowLimit.map { Self.resolve($0, most) }
        sum += terms[at].nominal
      }
      guard sum > most else { continue }
      for place in shape.childRange(parent) {
        let at = index(Int(shape.children[place]), model)
        terms[at].nominal = Self.scaled(terms[at].nominal, by: most, of: sum)
      }
    }
  }

  /// Shrinks all that was worked out to what is in service.
  ///
  /// Each is rounded down by itself; the sum over children is still at most the parent's, as a sum
  /// of whole numbers that is below a fraction is below the fraction rounded down.
  mutating func scaleTerms(of model: Int, at now: Instant) {
    let grown = weight.integral(to: now)
    let (some, whole) = (inServiceMilli[model], capacityMilli[model])
    func scaled(_ nominal: Int) -> Int {
      some == whole ? nominal : Self.scaled(nominal, by: some, of: whole)
    }
    var borrowed = ledger.borrowed[model]
    for place in shape.members.indices { borrowed -= self.borrowed(place: place, model) }
    precondition(borrowed == 0, "model \(models[model]): the ledger misses \(borrowed)")
    for account in 0..<shape.count {
      let index = index(account, model)
      let held = holdings[index].held
      let above = max(0, held - terms[index].entitled)
      terms[index].entitled = scaled(terms[index].nominal)
      terms[index].lendLimit = terms[index].nominalLendLimit.map(scaled) ?? .max
      terms[index].borrowLimit = terms[index].nominalBorrowLimit.map(scaled) ?? .max
      let more = max(0, held - terms[index].entitled) - above
      charges[account].changeAbove(by: more * chargeMilli[model], grown: grown)
    }
    unpromised[model] = shape.members.dropFirst().reduce(some) {
      $0 - terms[index(Int($1.number), model)].entitled
    }
    for place in shape.members.indices { borrowed += self.borrowed(place: place, model) }
    lend(model, moreBorrowed: borrowed - ledger.borrowed[model], at: now)
  }

  /// A part of a whole, or a number of accelerators, in thousandths.
  ///
  /// Numbers beyond 2^30 accelerators, which no fleet has, count as that many, so that the sum over
  /// all accounts can't overflow.
  static func resolve(_ amount: AccountAmount, _ whole: Int) -> Int {
    switch amount {
    case .fraction(let millionths): scaled(whole, by: millionths, of: 1_000_000)
    case .accelerators(let count): min(count, 1 << 30) * 1000
    }
  }

  /// `amount × part / whole`, rounded down, through a product of 128 bits.
  static func scaled(_ amount: Int, by part: Int, of whole: Int) -> Int {
    precondition(whole > 0 && amount >= 0 && part >= 0, "\(amount) × \(part) / \(whole)")
    let product = amount.multipliedFullWidth(by: part)
    return whole.dividingFullWidth(product).quotient
  }
}
