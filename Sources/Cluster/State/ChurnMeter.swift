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

  /// What an account has lost in an hour: so many since the beginning of 1970.
  public struct Loss: Hashable, Sendable {
    /// The account.
    public var account: AccountID
    /// The hour.
    public var hour: Int64
    /// What it has lost in it, in accelerator-milliseconds.
    public var lost: Int64

    /// A loss.
    public init(account: AccountID, hour: Int64, lost: Int64) {
      self.account = account
      self.hour = hour
      self.lost = lost
    }
  }

  /// The last hour in which each account has lost anything, in order of the accounts' numbers.
  public var losses: [Loss] {
    hours.indices.filter { hours[$0] != .min }.map {
      Loss(account: AccountID(UInt16($0)), hour: hours[$0], lost: lost[$0])
    }
  }

  /// Whether all losses from before a restart are of accounts that there are: they are noted.
  mutating func restore(_ losses: [Loss]) -> Bool {
    for loss in losses {
      guard Int(loss.account.number) < hours.count, loss.hour != .min else { return false }
      hours[Int(loss.account.number)] = loss.hour
      lost[Int(loss.account.number)] = loss.lost
    }
    return true
  }

  /// There are more accounts from now on; those that there were keep their numbers.
  mutating func grow(to accounts: Int) {
    hours += Array(repeating: .min, count: accounts - hours.count)
    lost += Array(repeating: 0, count: accounts - lost.count)
  }

  mutating func note(_ account: AccountID, _ loss: Int64, at now: Instant) {
    let before = lost(by: account, at: now)
    hours[Int(account.number)] = now.milliseconds / Self.hour
    lost[Int(account.number)] = before + loss
  }

  /// An account keeps what was noted as lost at an instant: nobody went.
  mutating func credit(_ account: AccountID, _ loss: Int64, notedAt then: Instant) {
    guard hours[Int(account.number)] == then.milliseconds / Self.hour else { return }
    lost[Int(account.number)] -= loss
  }
}
