public import Units

/// How close together a gang's members must be, or how far apart.
public struct Closeness: Hashable, Sendable {
  /// The whole gang must be inside one domain of this level, or of a lower one; nil: anywhere.
  public var required: DomainLevel?

  /// It would rather wait for one domain of this level than be split over several.
  public var preferred: DomainLevel?

  /// How long it waits for the preferred level before it takes any.
  public var longestWait = TimeSpan.zero

  /// How many nodes of it must be together at a time.
  public var segments = Segments()

  /// How its nodes are divided among domains, where there must be several.
  public var division = Division.fewest

  /// Nothing is asked for: the closest place there is.
  public static let closest = Closeness()

  /// Nothing is asked for.
  public init() {}

  /// Inside one domain of a level, or of a lower one.
  public static func within(_ level: DomainLevel) -> Closeness {
    var closeness = Closeness()
    closeness.required = level
    return closeness
  }

  /// What is required of a gang that has waited for so long: what it prefers counts until its
  /// longest wait is over.
  public func required(afterWaiting wait: TimeSpan) -> DomainLevel? {
    guard let preferred, wait < longestWait else { return required }
    return required.map { max($0, preferred) } ?? preferred
  }

  /// Whether nothing is asked for.
  public var isClosest: Bool { self == .closest }
}

/// How many nodes of a gang must be together in one domain, level by level; 0 where any number may.
///
/// 16 a block and 64 a leaf: every block that the gang touches has a multiple of 16 of its nodes,
/// every leaf a multiple of 64.
public struct Segments: Hashable, Sendable {
  private var sizes: SIMD4<UInt16> = .zero

  /// None.
  public init() {}

  /// The number of nodes that must be together inside one domain of a level; 0 for any.
  public subscript(level: DomainLevel) -> Int {
    get { Int(sizes[Int(level.rawValue)]) }
    set { sizes[Int(level.rawValue)] = UInt16(newValue) }
  }

  /// Whether there are none.
  public var isEmpty: Bool { sizes == .zero }

  /// The level with the smallest segments, and their size.
  public var smallest: (level: DomainLevel, size: Int)? {
    let level = DomainLevel.allCases.last { self[$0] > 0 }
    return level.map { ($0, self[$0]) }
  }

  /// Whether so many nodes are a multiple of the segments of every level.
  func divide(_ nodes: Int) -> Bool {
    isEmpty || DomainLevel.allCases.allSatisfy { self[$0] == 0 || nodes % self[$0] == 0 }
  }

  var key: UInt64 {
    DomainLevel.allCases.reduce(0) { $0 << 16 | UInt64(self[$1]) }
  }
}

/// How a gang's nodes are divided among the domains of a level.
public enum Division: Hashable, Sendable {
  /// Over as few as possible, all but one of them used up: what keeps the others whole.
  case fewest
  /// Over as few as possible, and evenly: what suits an all-to-all.
  case even
  /// Over as many of this level as possible, evenly: what keeps a service up when one breaks.
  case spread(DomainLevel)

  var key: UInt64 {
    switch self {
    case .fewest: 0
    case .even: 1
    case .spread(let level): 2 + UInt64(level.rawValue)
    }
  }
}
