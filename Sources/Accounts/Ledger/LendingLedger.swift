import Units

/// What each member lends to each other one of each model, and has lent so far.
///
/// Members go by their places in `AccountShape.members`. The first, the root, lends what is
/// promised to nobody, and what is borrowed though nobody has it idle, as on a node that is being
/// emptied.
struct LendingLedger: Hashable, Sendable {
  typealias Loan = AccountBook.Loan

  /// How many members there are, with the root.
  let places: Int

  /// By model, lender and borrower.
  var loans: [Loan]

  /// By model: all that is borrowed now.
  var borrowed: [Int]

  init(models: Int, places: Int) {
    self.places = places
    loans = Array(repeating: Loan(), count: models * places * places)
    borrowed = Array(repeating: 0, count: models)
  }

  /// What one lends to another of a model.
  func loan(_ model: Int, from lender: Int, to borrower: Int) -> Loan {
    loans[(model * places + lender) * places + borrower]
  }

  /// The ledger with room for more members and models, which come last.
  func grown(to places: Int, models: Int? = nil) -> LendingLedger {
    var grown = LendingLedger(models: models ?? borrowed.count, places: places)
    for model in borrowed.indices { grown.borrowed[model] = borrowed[model] }
    for model in borrowed.indices {
      for lender in 0..<self.places {
        for borrower in 0..<self.places {
          grown.loans[(model * places + lender) * places + borrower] = loan(
            model, from: lender, to: borrower)
        }
      }
    }
    return grown
  }

  /// Writes down who lends to whom from an instant on, given since the book's beginning.
  ///
  /// Each borrower in turn takes from all lenders in proportion to what they have still to lend, in
  /// whole thousandths, so that what is lent adds up to both lists.
  ///
  /// - Parameters:
  ///   - lent: by place, what it lends; adds up to `taken`.
  ///   - taken: by place, what it borrows.
  /// - Complexity: O(places²), and for each borrower as many steps as there are thousandths that
  ///   rounding down leaves over, below `places`, times `places`
  mutating func set(_ model: Int, lent: [Int], taken: [Int], since: Int128) {
    var lent = lent
    for borrower in 0..<places {
      let parts = Self.split(taken[borrower], over: lent)
      for lender in 0..<places {
        lent[lender] -= parts[lender]
        let cell = (model * places + lender) * places + borrower
        let more = parts[lender] - loans[cell].milli
        guard more != 0 else { continue }
        loans[cell].milli += more
        loans[cell].offset -= Int128(more) * since
      }
    }
  }

  /// Splits an amount in proportion to what each has, in whole numbers, by largest remainder.
  ///
  /// No part is more than what its owner has; the earlier one gets the last whole of a tie.
  ///
  /// - Precondition: the amount is at most the sum of what they have.
  static func split(_ amount: Int, over owned: [Int]) -> [Int] {
    var parts = [Int](repeating: 0, count: owned.count)
    guard amount > 0 else { return parts }
    let sum = owned.reduce(0, +)
    precondition(amount <= sum, "\(amount) of \(sum)")
    var remainders = parts
    var left = amount
    for place in owned.indices where owned[place] > 0 {
      let product = amount.multipliedFullWidth(by: owned[place])
      (parts[place], remainders[place]) = sum.dividingFullWidth(product)
      left -= parts[place]
    }
    while left > 0 {
      var first = 0
      for place in owned.indices where remainders[place] > remainders[first] { first = place }
      parts[first] += 1
      remainders[first] = 0
      left -= 1
    }
    return parts
  }
}

extension AccountBook {
  /// What one member lends to another of a model now, and has lent.
  public struct Loan: Hashable, Sendable {
    /// Thousandths of accelerators.
    public var milli = 0
    /// What has been lent, at the book's beginning, as if `milli` had been lent since then.
    public var offset: Int128 = 0

    /// Nothing is lent, and never was.
    public init() {}
  }
}
