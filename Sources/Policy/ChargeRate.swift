/// What holding an accelerator of a model is charged.
public struct ChargeRate: Hashable, Sendable {
  /// The model's name, as the fleet file gives it.
  public var model: String

  /// Thousandths: 1000 charges an accelerator-hour as an hour.
  public var milli: Int

  /// A rate.
  public init(model: String, milli: Int) {
    self.model = model
    self.milli = milli
  }
}
