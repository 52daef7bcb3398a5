public import Fleet
import Units

/// Gangs of whole nodes come and go, and a method places those that it has room for.
///
/// A gang that does not fit when it comes is refused and does not come back. The same seed gives
/// every method the same gangs at the same times with the same stays. What is measured begins when
/// ten mean stays have gone by.
public struct GangProtocol: Sendable {
  /// What comes, and how much of it is measured.
  public struct Options: Sendable {
    /// Which gangs come.
    public var mix = GangMix.typical
    /// What all gangs would hold if none were refused, in percent of the nodes, on average.
    public var loadPercent = 90
    /// Whether a gang is refused that finds no room in one domain of the lowest level that could
    /// hold it were it empty.
    public var isStrict = false
    /// How many gangs come while it is measured.
    public var measured = 100_000
    /// What times, stays and sizes are drawn from.
    public var seed: UInt64 = 1

    /// The typical mix at 90 percent, placed anywhere.
    public init() {}
  }

  private let fleet: GangFleet
  private let options: Options

  /// How many mean stays go by before anything is measured: no one in twenty thousand is left of
  /// those that were there at the start.
  private static let settling = 10

  /// A protocol for this fleet.
  ///
  /// - Precondition: some node has accelerators; the load and what is measured are above zero.
  public init(topology: Topology, options: Options) {
    precondition(options.loadPercent > 0, "a load of \(options.loadPercent) %")
    precondition(options.measured > 0, "\(options.measured) gangs are measured")
    fleet = GangFleet(topology)
    precondition(!fleet.kinds.isEmpty, "no node has accelerators")
    self.options = options
  }

  /// How many gangs come while it is measured.
  public var arrivals: Int { options.measured }

  /// The most nodes that one gang could have: those of the model with most.
  public static func mostNodes(of topology: Topology) -> Int {
    GangFleet(topology).kinds.reduce(0) { max($0, $1.nodes.count) }
  }

  /// Runs it.
  ///
  /// - Parameter progress: is told how many gangs have come since the measuring began.
  public func run(_ method: GangMethod, progress: (Int) -> Void = { _ in }) -> GangResult {
    var arrivals = GangArrivals(
      options.mix, on: fleet, loadPercent: options.loadPercent, seed: options.seed)
    var run = GangRun(fleet, method: method, options: options)
    while run.offered * 100 < fleet.capacity * options.loadPercent {
      run.comes(arrivals.nextThatIsThere())
    }
    while arrivals.now < Self.settling * GangArrivals.meanStay { run.comes(arrivals.next()) }
    run.beginMeasuring()
    for count in 0..<options.measured {
      run.comes(arrivals.next())
      if count & 1023 == 0 { progress(count) }
    }
    return run.result
  }
}

/// What came of gangs that come and go; amounts in accelerators.
public struct GangResult: Equatable, Sendable {
  /// How it stands with one level of domains.
  public struct Level: Equatable, Sendable {
    /// Gangs of several nodes that were placed and that some domain could hold were it empty.
    public internal(set) var could = 0
    /// Those of them that are inside one.
    public internal(set) var inside = 0
    /// F of the domains, in millionths of a node, times the milliseconds that it was so.
    public internal(set) var lost = Int128(0)
    /// The free nodes of the domains, in the same unit.
    public internal(set) var free = Int128(0)
  }

  /// The fleet.
  public let capacity: Int
  /// How long was measured, in milliseconds.
  public internal(set) var milliseconds = 0
  /// What gangs held, times the milliseconds that they held it.
  public internal(set) var allocated = Int128(0)
  /// The same if none had been refused.
  public internal(set) var offered = Int128(0)
  /// What gangs have asked for.
  public internal(set) var asked = 0
  /// What those asked for that were refused.
  public internal(set) var refused = 0
  /// Gangs that came before anything was measured.
  public internal(set) var earlier = 0
  /// Gangs that came while it was.
  public internal(set) var gangs = 0
  /// Gangs that were refused.
  public internal(set) var failed = 0
  /// Predicted slowdowns of those placed, in millionths, each times the gang's accelerators.
  public internal(set) var slowdown = Int128(0)
  private var levels = Array(repeating: Level(), count: GangFleet.levels)

  /// A result before anything came.
  init(capacity: Int) { self.capacity = capacity }

  /// How it stands with a level; all zero where the fleet has none.
  public internal(set) subscript(level: DomainLevel) -> Level {
    get { levels[Int(level.rawValue)] }
    set { levels[Int(level.rawValue)] = newValue }
  }
}
