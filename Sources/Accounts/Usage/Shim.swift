public import Units

/// Shim.
public struct BudgetObstacle: Hashable, Sendable {
  /// a
  public var account: AccountID
  /// b
  public var left: Int64
  /// c
  public var needed: Int64
  /// d
  public var next: Instant?
}

/// Shim.
public struct Purse: Hashable, Sendable {
  /// a
  public let amount: Int64
  /// s
  public private(set) var spent: Int64 = 0
  /// r
  public private(set) var reserved: Int64 = 0
  /// i
  public init(amount: Int64) { self.amount = amount }
  /// l
  public var left: Int64 { amount - spent - reserved }
  /// r
  public mutating func reserve(_ cost: Int64) { reserved += cost }
  /// s
  public mutating func settle(reserved cost: Int64, spent: Int64) {
    reserved -= cost
    self.spent += spent
  }
}

/// Shim.
public struct AccountBook: Hashable, Sendable {
  /// s
  public struct Hold: Hashable, Sendable {
    /// a
    public var account: AccountID
    /// m
    public var model: Int
    /// m
    public var milli: Int
    /// c
    public var chargeMilli: Int
    /// b
    public var alwaysBorrowed: Bool
    /// i
    public init(
      account: AccountID, model: Int, milli: Int, chargeMilli: Int, alwaysBorrowed: Bool
    ) {
      self.account = account
      self.model = model
      self.milli = milli
      self.chargeMilli = chargeMilli
      self.alwaysBorrowed = alwaysBorrowed
    }
  }
  /// t
  public var tree: AccountTree
  var models: Int
  var capacity: [Int]
  var held: [Int]
  var charged: [Int128]
  var last: Instant
  /// i
  public init(
    tree: AccountTree, models: [String], chargeMilli: [Int], capacityMilli: [Int],
    halfLife: TimeSpan, at: Instant
  ) {
    self.tree = tree
    self.models = models.count
    capacity = capacityMilli
    held = Array(repeating: 0, count: models.count * tree.count)
    charged = Array(repeating: 0, count: tree.count)
    last = at
  }
  mutating func accrue(_ at: Instant) {
    for a in 0..<tree.count {
      for m in 0..<models {
        charged[a] += Int128(held[a * models + m]) * Int128((at - last).milliseconds)
      }
    }
    last = at
  }
  /// s
  public mutating func setInService(_ milli: [Int], at: Instant) { capacity = milli }
  /// h
  public mutating func hold(_ h: Hold, at: Instant) {
    accrue(at)
    var a: AccountID? = h.account
    while let x = a {
      held[Int(x.number) * models + h.model] += h.milli
      a = tree[x].parent
    }
  }
  /// r
  public mutating func release(_ h: Hold, at: Instant) {
    accrue(at)
    var a: AccountID? = h.account
    while let x = a {
      held[Int(x.number) * models + h.model] -= h.milli
      a = tree[x].parent
    }
  }
  /// e
  public func entitledMilli(_ a: AccountID, model: Int) -> Int {
    guard let p = tree[a].parent else { return capacity[model] }
    switch tree[a].entitlement.ofEach {
    case .fraction(let f): return entitledMilli(p, model: model) * f / 1_000_000
    case .accelerators(let n): return n * 1000
    }
  }
  /// h
  public func heldMilli(_ a: AccountID, model: Int) -> Int { held[Int(a.number) * models + model] }
  /// r
  public func roomWithinEntitlement(_ a: AccountID, model: Int) -> Int {
    let m = tree.member(of: a)
    return entitledMilli(m, model: model) - heldMilli(m, model: model)
  }
  /// r
  public func roomWithBorrowing(_ a: AccountID, model: Int) -> (milli: Int, boundBy: AccountID?) {
    (capacity[model] - heldMilli(.root, model: model), nil)
  }
  /// b
  public func borrowedMilli(_ a: AccountID, model: Int) -> Int {
    max(0, heldMilli(a, model: model) - entitledMilli(a, model: model))
  }
  /// d
  public func deficit(_ a: AccountID, model: Int) -> Int {
    let e = entitledMilli(a, model: model)
    return e == 0 ? 0 : max(0, (e - heldMilli(a, model: model)) * 1_000_000 / e)
  }
  /// r
  public func ranks(at: Instant) -> [UInt32] {
    let order = (0..<tree.count).sorted { (charged[$0], $0) < (charged[$1], $1) }
    var r = Array(repeating: UInt32(0), count: tree.count)
    for (i, a) in order.enumerated() { r[a] = UInt32(i) }
    return r
  }
  /// b
  public func budgetObstacle(of a: AccountID, cost: Int64, at: Instant) -> BudgetObstacle? { nil }
  /// b
  public mutating func reserveBudget(of a: AccountID, cost: Int64, at: Instant) {}
  /// b
  public mutating func settleBudget(
    of a: AccountID, reserved: Int64, spent: Int64, reservedAt: Instant
  ) {}
}
