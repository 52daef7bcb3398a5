public import Units

/// What each account has lost in an hour to jobs of higher tiers.
public struct ChurnMeter: Hashable, Sendable {
  private static let hour: Int64 = 3_600_000

  private var hours: [Int64]
  private var lost: [Int64]

  /// Nobody has lost anything.
  init(accounts: Int) {
    hours = Array(repeating: .min, count: accounts)
    lost = Array(repeating: 0, count: accounts)
  }

  /// What an account has lost in the hour that an instant is in, in accelerator-milliseconds.
  public func lost(by account: AccountID, at now: Instant) -> Int64 {
    hours[Int(account.number)] == now.milliseconds / Self.hour ? lost[Int(account.number)] : 0
  }

  mutating func note(_ account: AccountID, _ loss: Int64, at now: Instant) {
    let before = lost(by: account, at: now)
    hours[Int(account.number)] = now.milliseconds / Self.hour
    lost[Int(account.number)] = before + loss
  }
}
