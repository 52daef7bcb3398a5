/// A part of something: so many millionths of it, or a number of accelerators.
public enum AccountAmount: Hashable, Sendable {
  /// Millionths of what the parent is entitled to; 1,000,000 is all of it.
  case fraction(Int)
  /// So many accelerators; fewer, in proportion, while not all of the fleet is in service.
  case accelerators(Int)

  /// All of it.
  public static let all = AccountAmount.fraction(1_000_000)

  /// Nothing.
  public static let nothing = AccountAmount.fraction(0)
}

/// What an account is promised of each accelerator model.
public struct Entitlement: Hashable, Sendable {
  /// A promise about one model.
  public struct OfModel: Hashable, Sendable {
    /// The model's name, as the fleet file gives it.
    public var model: String
    /// How much of it.
    public var amount: AccountAmount

    /// So much of a model.
    public init(model: String, amount: AccountAmount) {
      self.model = model
      self.amount = amount
    }
  }

  /// What is promised of each model that is not named.
  public var ofEach: AccountAmount

  /// What is promised of the models that are named.
  public var ofModels: [OfModel]

  /// A promise; nothing unless told otherwise.
  public init(ofEach: AccountAmount = .nothing, ofModels: [OfModel] = []) {
    self.ofEach = ofEach
    self.ofModels = ofModels
  }

  /// What is promised of a model.
  public func amount(of model: String) -> AccountAmount {
    ofModels.first { $0.model == model }?.amount ?? ofEach
  }
}
