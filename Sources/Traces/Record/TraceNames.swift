/// The users, accounts, modes and terms that a trace names; jobs hold their numbers.
///
/// Number 0 stands for none, number n for the n-th. A format whose users are numbers already,
/// such as SWF, names none of them.
public struct TraceNames: Sendable, Equatable {
  /// Who submitted jobs, in the order in which they came.
  public var users: [String]
  /// The accounts that jobs were charged to.
  public var accounts: [String]
  /// The access modes that jobs ran under: what Slurm calls a QOS.
  public var modes: [String]
  /// What jobs ask for beside their size.
  public var terms: [TraceTerms]

  /// Names in the order of their numbers.
  public init(
    users: [String] = [], accounts: [String] = [], modes: [String] = [], terms: [TraceTerms] = []
  ) {
    self.users = users
    self.accounts = accounts
    self.modes = modes
    self.terms = terms
  }

  /// The name of a user: where the format names none, the number itself; nil for 0.
  public func user(_ number: UInt32) -> String? {
    guard number > 0 else { return nil }
    return users.isEmpty ? "\(number)" : users[Int(number) - 1]
  }

  /// The name of an account; nil for 0.
  public func account(_ number: UInt32) -> String? {
    number > 0 ? accounts[Int(number) - 1] : nil
  }

  /// The name of a mode; nil for 0.
  public func mode(_ number: UInt16) -> String? { number > 0 ? modes[Int(number) - 1] : nil }

  /// What a job asks for beside its size; nothing for 0.
  public func terms(_ number: UInt32) -> TraceTerms {
    number > 0 ? terms[Int(number) - 1] : TraceTerms()
  }
}

/// Names, or terms, with the numbers that they were given.
public struct NameNumbers<Name: Hashable & Sendable>: Sendable {
  /// In the order of their numbers.
  public private(set) var names: [Name] = []
  private var numbers: [Name: UInt32] = [:]

  /// No names.
  public init() {}

  /// The number of a name, which is given one when it first comes.
  public mutating func number(of name: Name) -> UInt32 {
    if let number = numbers[name] { return number }
    names.append(name)
    let number = UInt32(names.count)
    numbers[name] = number
    return number
  }
}
