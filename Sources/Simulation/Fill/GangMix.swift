/// Which gangs come, and how many of each: sizes in whole nodes, with their shares.
public struct GangMix: Hashable, Sendable {
  /// Gangs of one size.
  public struct Entry: Hashable, Sendable {
    /// How many nodes each of them takes whole.
    public var nodes: Int
    /// How many of them come, in proportion to the others' shares.
    public var share: Int

    /// Gangs of so many nodes.
    public init(nodes: Int, share: Int) {
      self.nodes = nodes
      self.share = share
    }
  }

  /// The sizes, the smallest first.
  public let entries: [Entry]

  /// The largest number of nodes and the largest share that an entry may have.
  public static let most = 1_000_000

  /// A mix of these.
  ///
  /// - Precondition: there is one at least; sizes differ; sizes and shares are 1 to `most`.
  public init(_ entries: [Entry]) {
    self.entries = entries.sorted { $0.nodes < $1.nodes }
    precondition(!entries.isEmpty, "a mix of no gangs")
    precondition(Set(entries.map(\.nodes)).count == entries.count, "a size is there twice")
    precondition(
      entries.allSatisfy {
        (1...Self.most).contains($0.nodes) && (1...Self.most).contains($0.share)
      }, "a size or a share out of range")
  }

  /// Half of the gangs have one node, and half of the nodes go to gangs of 24 or more.
  ///
  /// An assumption, not a measurement: it has the shape that operators of GPU clusters report,
  /// where most jobs are small and most of the fleet is held by the few that are large.
  public static let typical = GangMix([
    Entry(nodes: 1, share: 50), Entry(nodes: 2, share: 12), Entry(nodes: 4, share: 12),
    Entry(nodes: 8, share: 12), Entry(nodes: 16, share: 6), Entry(nodes: 24, share: 2),
    Entry(nodes: 32, share: 4), Entry(nodes: 64, share: 2),
  ])

  /// The largest gang's nodes.
  public var largest: Int { entries[entries.count - 1].nodes }

  /// All shares together.
  var shares: Int { entries.reduce(0) { $0 + $1.share } }

  /// The nodes that as many gangs ask for as there are shares.
  var nodes: Int { entries.reduce(0) { $0 + $1.nodes * $1.share } }
}
