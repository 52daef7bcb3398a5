public import Units

/// What jobs of a trace ask for beside their size, which many of them have in common.
public struct TraceTerms: Hashable, Sendable {
  /// How many of a job's nodes must be together in each domain that it touches.
  public struct Segment: Hashable, Sendable {
    /// So many at a time.
    public var nodes: Int
    /// The level of the domains.
    public var domain: TraceDomain

    /// The most nodes that a segment may have.
    public static let mostNodes = 65_535

    /// So many nodes in a domain of a level.
    public init(nodes: Int, domain: TraceDomain) {
      (self.nodes, self.domain) = (nodes, domain)
    }
  }

  /// The accelerator models that it may have, the best first; empty: any.
  public var models: [String] = []

  /// Nodes that must be together; nil: none.
  public var segment: Segment?

  /// How long after one it makes the next checkpoint; nil: it makes none.
  public var checkpointEvery: TimeSpan?

  /// How long it takes to be where its checkpoint was; nil: the trace does not tell.
  public var restart: TimeSpan?

  /// Nothing is asked for.
  public init() {}
}

extension TraceTerms {
  /// The models as tables write them; nothing for any.
  var modelWords: String { models.joined(separator: "|") }

  /// The segment as tables write it, such as `16:block`; nothing for none.
  var segmentWord: String { segment.map { "\($0.nodes):\($0.domain.word)" } ?? "" }

  /// The models of a field; nil where one of them has no name.
  static func models(_ text: String) -> [String]? {
    let models = text.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
    return models.contains("") ? nil : models
  }
}

extension TraceTerms.Segment {
  /// The segment of a word such as `16:block`.
  init?(word: String) {
    let parts = word.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, let nodes = Int(parts[0]), (1...Self.mostNodes).contains(nodes),
      "\(nodes)" == parts[0], let domain = TraceDomain(word: parts[1]), domain != .any
    else { return nil }
    self.init(nodes: nodes, domain: domain)
  }
}
