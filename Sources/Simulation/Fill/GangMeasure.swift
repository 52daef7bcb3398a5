import Fleet

/// The measure of fragmentation lifted from nodes to domains.
///
/// ```
/// F_d(M) = Σ_m p_m · (free nodes of d that no whole gang m could use)
/// ```
/// A gang of m nodes could use any free node of d if m are free there, and none if fewer are: so a
/// term is all that is free where that is less than m, and nothing otherwise, as in FGD's measure
/// of a node. Gangs that no domain of the level could hold, were it empty, are left out, and the
/// shares of the others are counted as the whole.
struct GangMeasure: Sendable {
  /// One node, in the unit that F is counted in.
  static let node = 1_000_000

  /// By level, then by free nodes: F of a domain. Nothing is lost from the last on.
  private var tables: [[Int]]

  /// - Parameter shares: by entry of the mix: how many such gangs come.
  init(_ mix: GangMix, shares: [Int], on kind: GangFleet.Kind) {
    tables = kind.largest.map { largest in
      let fitting = mix.entries.indices.filter { mix.entries[$0].nodes <= largest }
      let all = fitting.reduce(0) { $0 + shares[$1] }
      guard let last = fitting.last, all > 0 else { return [0] }
      return (0...mix.entries[last].nodes).map { free in
        let tooLarge = fitting.reduce(0) { $0 + (mix.entries[$1].nodes > free ? shares[$1] : 0) }
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
