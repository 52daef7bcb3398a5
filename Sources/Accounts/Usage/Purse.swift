/// An amount that is spent from, with what work in flight may still cost set aside.
///
/// Work sets aside all it may cost before it starts and pays at most that, so that no work
/// overdraws a purse. Only who cuts its amount may leave it with less than is paid and set aside;
/// then nothing is left.
public struct Purse: Hashable, Sendable {
  /// How much there is in all: accelerator-milliseconds at a charge rate of one.
  public private(set) var amount: Int64

  /// How much has been paid.
  public private(set) var spent: Int64 = 0

  /// How much is set aside for work in flight.
  public private(set) var reserved: Int64 = 0

  /// A full purse.
  ///
  /// - Precondition: the amount is not negative.
  public init(amount: Int64) {
    precondition(amount >= 0, "a purse of \(amount)")
    self.amount = amount
  }

  /// A purse as it was before a restart; nil where it can't have been.
  public init?(restoring amount: Int64, spent: Int64, reserved: Int64) {
    guard amount >= 0, spent >= 0, reserved >= 0,
      !spent.addingReportingOverflow(reserved).overflow
    else { return nil }
    self.amount = amount
    self.spent = spent
    self.reserved = reserved
  }

  /// How much is neither paid nor set aside; 0 where the amount was cut below that.
  public var left: Int64 { max(0, amount - spent - reserved) }

  /// Sets an amount aside.
  ///
  /// - Precondition: so much is left.
  public mutating func reserve(_ cost: Int64) {
    precondition(cost >= 0 && cost <= left, "\(cost) set aside of \(left) that are left")
    reserved += cost
  }

  /// Sets aside again what had been before the amount was changed, whatever is left.
  public mutating func resume(_ cost: Int64) {
    precondition(cost >= 0, "\(cost) set aside again")
    reserved += cost
  }

  /// The purse of an amount that takes the place of this one: what is paid and set aside stays.
  public func succeeded(by amount: Int64) -> Purse {
    var next = self
    next.amount = max(0, amount)
    return next
  }

  /// Pays for work that has ended out of what was set aside for it; the rest is left again.
  ///
  /// - Precondition: so much was set aside, and it cost no more than that.
  public mutating func settle(reserved cost: Int64, spent paid: Int64) {
    precondition(cost <= reserved, "\(cost) settled of \(reserved) that are set aside")
    precondition(paid >= 0 && paid <= cost, "\(paid) paid of \(cost) that were set aside")
    reserved -= cost
    spent += paid
  }

  /// Gives back a payment, or a part of one.
  ///
  /// - Precondition: so much has been paid.
  public mutating func refund(_ paid: Int64) {
    precondition(paid >= 0 && paid <= spent, "\(paid) given back of \(spent) that were paid")
    spent -= paid
  }

  /// Changes how much there is, though never to less than what is paid and set aside.
  public mutating func setAmount(_ amount: Int64) {
    self.amount = max(amount, spent + reserved)
  }
}
