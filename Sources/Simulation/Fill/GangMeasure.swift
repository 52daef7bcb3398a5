import Fleet

/// The measure of fragmentation lifted from nodes to domains.
///
/// ```
/// F_d(M) = Σ_m p_m · (free nodes of d that no whole gang m could use)
/// ```
/// A gang of m nodes could use any free node of d if m are free there, and none if fewer are: so a
/// term is all that is free where that is less than m, and nothing otherwise, as in FGD's measure
/// of a node.
struct GangMeasure: Sendable {
  /// Which gangs count at a level.
  enum Counting {
    /// All that a domain of it, when empty, could hold; their shares are counted as the whole. This
    /// is what is reported.
    case everyLevel
    /// Those of which it is the lowest such level. This is what is weighed, as levels are added up:
    /// a gang is lost once.
    case lowestLevel
  }

  /// One node, in the unit that F is counted in.
  static let node = 1_000_000

  /// By level, then by free nodes: F of a domain. Nothing is lost from the last on.
  private let tables: [[Int]]

  /// - Parameter shares: by entry of the mix: how many such gangs come.
  init(_ mix: GangMix, shares: [Int], on kind: GangFleet.Kind, counting: Counting) {
    let sizes = mix.entries.map(\.nodes)
    tables = DomainLevel.allCases.map { level in
      let counted = sizes.indices.filter {
        switch counting {
        case .everyLevel: sizes[$0] <= kind.largest[Int(level.rawValue)]
        case .lowestLevel: kind.lowest(holding: sizes[$0]) == level
        }
      }
      let whole = counting == .everyLevel ? counted : Array(sizes.indices)
      let all = whole.reduce(0) { $0 + shares[$1] }
      guard let last = counted.last, all > 0 else { return [0] }
      return (0...sizes[last]).map { free in
        let tooLarge = counted.reduce(0) { $0 + (sizes[$1] > free ? shares[$1] : 0) }
        return free * Self.node * tooLarge / all
      }
    }
  }

  /// F of a domain of a level with so many nodes free.
  func lost(free: Int, level: Int) -> Int {
    let table = tables[level]
    return free < table.count ? table[free] : 0
  }
}
