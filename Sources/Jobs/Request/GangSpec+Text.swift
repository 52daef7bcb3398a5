import Fleet
import Units

/// Accelerators as they are written: `64`, `h200:64`, `h200,h100:64`, `0.5`, `1g.18gb`,
/// `1g.18gb:2`.
extension GangSpec.Accelerators: LosslessStringConvertible {
  /// The most accelerators that may be asked for.
  static let most = 10_000_000

  /// Reads what is written after `--gpus`; nil where it is not.
  /// As they are written; nil: they are written otherwise.
  public init?(_ text: String) {
    self.init()
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count <= 2, !parts.contains("") else { return nil }
    if let profile = MIGProfile(named: parts[0]) {
      share = .mig(profile)
      guard parts.count == 1 || setCount(parts[1]) else { return nil }
      return
    }
    if parts.count == 2 {
      models = parts[0].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      guard !models.contains("") else { return nil }
    }
    let amount = parts[parts.count - 1]
    guard amount.hasPrefix("0.") else {
      guard setCount(amount) else { return nil }
      return
    }
    guard let milli = Thousandths(amount), milli.value > 0 else { return nil }
    share = .milli(UInt16(milli.value))
  }

  private mutating func setCount(_ text: String) -> Bool {
    guard let number = Int(text), (1...Self.most).contains(number) else { return false }
    count = number
    return true
  }

  public var description: String {
    let amount =
      switch share {
      case .whole: "\(count)"
      case .milli(let part): Thousandths(Int(part)).text
      case .mig(let profile): count == 1 ? profile.name : "\(profile.name):\(count)"
      }
    return models.isEmpty ? amount : "\(models.joined(separator: ",")):\(amount)"
  }
}
