/// The multi-instance GPU partitions of one accelerator model.
///
/// Each has eight memory slices and seven compute slices, and the same legal positions; they differ
/// in the names of their profiles. Source: NVIDIA Multi-Instance GPU User Guide, "Supported MIG
/// Profiles" and "Placements".
public enum MIGGeometry: UInt8, CaseIterable, Sendable {
  /// A100 with 40 GB.
  case a100x40
  /// A100 or H100 with 80 GB.
  case h100x80
  /// H100 of a GH200 with 96 GB.
  case h100x96
  /// H200 with 141 GB.
  case h200x141
  /// B200 with 180 GB.
  case b200x180

  /// The name that fleet files use.
  public var name: String {
    switch self {
    case .a100x40: "a100-40gb"
    case .h100x80: "h100-80gb"
    case .h100x96: "h100-96gb"
    case .h200x141: "h200-141gb"
    case .b200x180: "b200-180gb"
    }
  }

  /// Its profiles, smallest first.
  public var profiles: [MIGProfile] {
    MIGProfile.Kind.allCases.map { MIGProfile(geometry: self, kind: $0) }
  }

  fileprivate var gigabytes: (one: Int, two: Int, four: Int, eight: Int) {
    switch self {
    case .a100x40: (5, 10, 20, 40)
    case .h100x80: (10, 20, 40, 80)
    case .h100x96: (12, 24, 48, 96)
    case .h200x141: (18, 35, 71, 141)
    case .b200x180: (23, 45, 90, 180)
    }
  }
}

/// A slice that an accelerator can be cut into, such as `1g.18gb`.
public struct MIGProfile: Hashable, Sendable {
  /// The shape of a slice: compute slices, and double memory where there is a choice.
  public enum Kind: UInt8, CaseIterable, Sendable {
    /// One compute slice, one memory slice.
    case one
    /// One compute slice, two memory slices.
    case oneWide
    /// Two compute slices, two memory slices.
    case two
    /// Three compute slices, four memory slices.
    case three
    /// Four compute slices, four memory slices.
    case four
    /// The whole accelerator, as one instance.
    case seven
  }

  /// What it is a slice of.
  public var geometry: MIGGeometry

  /// Its shape.
  public var kind: Kind

  /// A profile of a geometry.
  public init(geometry: MIGGeometry, kind: Kind) {
    self.geometry = geometry
    self.kind = kind
  }

  /// The profile of that name, on whatever accelerator has it first; nil where there is none.
  public init?(named name: String) {
    for geometry in MIGGeometry.allCases {
      for profile in geometry.profiles where profile.name == name {
        self = profile
        return
      }
    }
    return nil
  }

  /// Its name, such as `3g.71gb`.
  public var name: String {
    let sizes = geometry.gigabytes
    return switch kind {
    case .one: "1g.\(sizes.one)gb"
    case .oneWide: "1g.\(sizes.two)gb"
    case .two: "2g.\(sizes.two)gb"
    case .three: "3g.\(sizes.four)gb"
    case .four: "4g.\(sizes.four)gb"
    case .seven: "7g.\(sizes.eight)gb"
    }
  }

  /// Its compute slices, of seven.
  public var computeSlices: Int {
    switch kind {
    case .one, .oneWide: 1
    case .two: 2
    case .three: 3
    case .four: 4
    case .seven: 7
    }
  }

  /// Which part of an accelerator it is, by its memory slices, in thousandths.
  public var milli: Int { placements[0].nonzeroBitCount * 125 }

  /// The memory slices it takes at each place where it may lie, lowest first: bits 0…7.
  ///
  /// Seven slices of one end at the seventh: the eighth memory slice has no compute slice left.
  public var placements: [UInt8] {
    switch kind {
    case .one: [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40]
    case .oneWide: [0x03, 0x0C, 0x30, 0xC0]
    case .two: [0x03, 0x0C, 0x30]
    case .three: [0x0F, 0xF0]
    case .four: [0x0F]
    case .seven: [0xFF]
    }
  }
}
