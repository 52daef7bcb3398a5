/// The levels of a fleet above the node, widest first.
///
/// site ▸ pod ▸ leaf ▸ block ▸ node ▸ accelerator; any of these four may be absent.
public enum DomainLevel: UInt8, CaseIterable, Sendable {
  /// One place with its own power and its own jurisdiction.
  case site
  /// Leaves behind one set of spine switches.
  case pod
  /// Nodes one switch apart.
  case leaf
  /// Nodes that share an NVLink domain.
  case block
}

extension DomainLevel: Comparable {
  public static func < (a: DomainLevel, b: DomainLevel) -> Bool { a.rawValue < b.rawValue }
}

extension DomainLevel: CustomStringConvertible {
  public var description: String {
    switch self {
    case .site: "site"
    case .pod: "pod"
    case .leaf: "leaf"
    case .block: "block"
    }
  }
}
