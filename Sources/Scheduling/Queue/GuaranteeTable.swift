import Accounts
import Units

/// What members lack of their entitlements and what room their accounts have within them, as far as
/// it was asked for since the book changed: thousands of classes ask for the same.
struct GuaranteeTable: Sendable {
  private struct Known: Sendable {
    var change = -1
    var amount = 0
  }

  /// By account and model.
  private var deficits: [Known] = []
  private var rooms: [Known] = []

  /// How much of its entitlement the member of a class lacks, of the models on which the class
  /// fits into it; as `FairOrder.key(of:_:_:)` says.
  ///
  /// - Parameter change: another number whenever the book is another.
  mutating func deficit(
    of jobs: Mark, _ models: [Int], _ book: borrowing AccountBook, change: Int
  ) -> Int {
    let count = book.models.count
    if deficits.isEmpty {
      deficits = Array(repeating: Known(), count: book.tree.count * count)
      rooms = deficits
    }
    var most = 0
    for model in models {
      let member = Int(jobs.member.number) * count + model
      if deficits[member].change != change {
        deficits[member] = Known(
          change: change, amount: book.deficit(jobs.member, model: model))
      }
      guard deficits[member].amount > most else { continue }
      let account = Int(jobs.account.number) * count + model
      if rooms[account].change != change {
        rooms[account] = Known(
          change: change, amount: book.roomWithinEntitlement(jobs.account, model: model))
      }
      if rooms[account].amount >= jobs.milli { most = deficits[member].amount }
    }
    return most
  }
}
