/// How the accelerators of a kind of node may be shared.
public enum DeviceSharing: Hashable, Sendable {
  /// Not at all: an accelerator has one holder.
  case none
  /// By thousandths, with the isolation that the holders declare.
  case fractions
  /// By slices of the hardware's own making.
  case mig(MIGGeometry)

  /// What an accelerator offers when nobody holds any of it: thousandths, or a bit a memory slice.
  var whole: UInt16 {
    switch self {
    case .none, .fractions: 1000
    case .mig: 0xFF
    }
  }

  /// What two amounts of one accelerator have in common: of numbers the smaller.
  func common(_ a: UInt16, _ b: UInt16) -> UInt16 {
    switch self {
    case .mig: a & b
    case .fractions, .none: min(a, b)
    }
  }

  /// Which part of an accelerator an amount of a `DeviceHold` is, in thousandths.
  public func milli(of amount: UInt16) -> Int {
    switch self {
    case .none, .fractions: Int(amount)
    case .mig: amount.nonzeroBitCount * 125
    }
  }
}

/// What a member needs of each of its accelerators.
public enum DeviceShare: Hashable, Sendable {
  /// All of it.
  case whole
  /// So many thousandths, 1…999.
  case milli(UInt16)
  /// A slice.
  case mig(MIGProfile)
}
