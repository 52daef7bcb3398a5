import Accounts
import Cluster
public import Control
import Fleet
import Jobs
import Policy
public import Units

/// What is lent adds up to what is borrowed, and what is charged is what was held × its rate.
///
/// Adds up by itself, from input to input, what runs hold.
public struct LedgerChecker: RuleChecker {
  /// What was found wrong, a sentence each.
  public private(set) var violations: [RuleViolation] = []

  private var since = Instant(milliseconds: 0)
  /// By account: thousandths of accelerators × of the models' rates × of the modes', now and so
  /// far.
  private var rates: [Int128] = []
  private var charged: [Int128] = []
  /// By model, then place of the borrower among the members: what it borrows, now and so far.
  private var borrows: [[Int]] = []
  private var borrowed: [[Int128]] = []

  /// A checker of a cluster that is still idle.
  public init() {}

  /// Does nothing: what runs says it all.
  public mutating func performed(_ effect: Effect, at now: Instant) {}

  /// Compares the book with what was held.
  public mutating func settled(_ machine: ControlMachine, at now: Instant) {
    let (state, book) = (machine.state, machine.state.holdings.book)
    let tree = state.policy.accounts
    let members = tree.children[0]
    let span = Int128((now - since).milliseconds)
    since = now
    for account in rates.indices { charged[account] += rates[account] * span }
    for model in borrows.indices {
      for place in borrows[model].indices {
        borrowed[model][place] += Int128(borrows[model][place]) * span
      }
    }
    // Accounts and models may have become more: the new ones come last.
    charged += Array(repeating: 0, count: tree.count - charged.count)
    borrowed += Array(repeating: [], count: book.models.count - borrowed.count)
    for model in borrowed.indices {
      borrowed[model] += Array(repeating: 0, count: members.count - borrowed[model].count)
    }
    rates = Self.rates(state)
    borrows = book.models.indices.map { model in
      members.map { book.borrowedMilli($0, model: model) }
    }
    for account in charged.indices {
      let told = book.charged(AccountID(UInt16(account)), at: now)
      guard told != charged[account] / 1_000_000 else { continue }
      violations.append(
        RuleViolation(now, "account \(account) was charged \(told), not \(charged[account])"))
    }
    for model in book.models.indices {
      for (place, member) in members.enumerated() {
        let lent = ([AccountID.root] + members).reduce(Int128(0)) {
          $0 + book.lent(from: $1, to: member, model: model, at: now)
        }
        let taken = borrowed[model][place]
        guard lent != taken else { continue }
        violations.append(
          RuleViolation(now, "member \(member.number) was lent \(lent), and borrowed \(taken)"))
      }
    }
  }

  private static func rates(_ state: ClusterState) -> [Int128] {
    let (tree, charging) = (state.policy.accounts, state.holdings.charging)
    var rates = [Int128](repeating: 0, count: tree.count)
    for (_, job) in state.jobs.all {
      guard let run = job.lifecycle.run else { continue }
      let mode = state.policy.modes[Int(job.request.mode.number)]
      for amount in charging.amounts(of: run.allocation, on: state.topology) {
        var account: AccountID? = job.request.account
        while let at = account {
          rates[Int(at.number)] +=
            Int128(amount.milli) * Int128(charging.rates[amount.model] * mode.chargeMilli)
          account = tree[at].parent
        }
      }
    }
    return rates
  }
}
