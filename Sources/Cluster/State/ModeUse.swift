public import Units

/// How much runs at once under each mode, by account: what the modes' limits are about.
public struct ModeUse: Hashable, Sendable {
  private let accounts: Int
  private var jobs: [Int32]
  private var accelerators: [Int64]

  /// Nothing runs.
  init(modes: Int, accounts: Int) {
    self.accounts = accounts
    jobs = Array(repeating: 0, count: modes * accounts)
    accelerators = Array(repeating: 0, count: modes * accounts)
  }

  /// How many jobs of an account, and of all below it, run under a mode.
  public func jobs(_ account: AccountID, _ mode: ModeID) -> Int {
    Int(jobs[index(account, mode)])
  }

  /// How many thousandths of accelerators they hold.
  public func milli(_ account: AccountID, _ mode: ModeID) -> Int {
    Int(accelerators[index(account, mode)])
  }

  mutating func add(_ account: AccountID, _ mode: ModeID, jobs count: Int, milli: Int) {
    jobs[index(account, mode)] += Int32(count)
    accelerators[index(account, mode)] += Int64(milli)
  }

  private func index(_ account: AccountID, _ mode: ModeID) -> Int {
    Int(mode.number) * accounts + Int(account.number)
  }
}
