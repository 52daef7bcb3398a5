public import Fleet
import Policy
public import Units

/// What the jobs of each site draw, as the policy reckons it.
///
/// A job draws the nominal watts of its accelerators times a factor, and what a node draws besides
/// for each node that it holds any of; all of it times the site's PUE. A node that several jobs
/// share is counted for each of them: the sum is what is drawn at most.
public struct PowerMeter: Hashable, Sendable {
  /// The sites' numbers are those of the topology's roots.
  private let siteOfNode: [UInt8]
  private let milliwattsPerMilli: [[Int]]
  private let milliwattsPerNode: [Int]

  /// By site: what it may draw; nil where it may draw whatever its machines can.
  private let budgets: [PowerBudget?]

  /// By site: the least that it may draw at any time; nil where it may draw whatever it can.
  private let lowest: [Int?]

  /// What a thousandth of an accelerator draws where it draws most, and a node besides.
  private let dearestPerMilli: Int
  private let dearestPerNode: Int

  /// By site: what is drawn now, in milliwatts at its meter.
  public private(set) var drawn: [Int]

  /// A meter of a fleet on which nothing runs.
  init(topology: Topology, budgets: [PowerBudget]) {
    let roots = Array(topology.domains(at: .site))
    siteOfNode = topology.nodes.indices.map { node in
      UInt8(roots.firstIndex { topology.domains[$0].nodes.contains(node) } ?? 0)
    }
    let names = roots.isEmpty ? [topology.name] : roots.map { topology.domains[$0].name }
    let budgets = names.map { name in budgets.first { $0.site == name } }
    milliwattsPerMilli = budgets.map { budget in
      topology.nodeTypes.map { type in
        // Milliwatts of a thousandth of an accelerator are its watts.
        type.acceleratorWatts * (budget?.factorMilli ?? 1000) / 1000
          * (budget?.pueMilli ?? 1000) / 1000
      }
    }
    milliwattsPerNode = budgets.map { budget in
      (budget?.nodeWatts ?? 0) * (budget?.pueMilli ?? 1000)
    }
    drawn = Array(repeating: 0, count: names.count)
    let most = Self.mostDrawn(topology, siteOfNode, milliwattsPerMilli, milliwattsPerNode)
    self.budgets = budgets.indices.map { site in
      guard let budget = budgets[site], let most = most?[site] else { return budgets[site] }
      return most <= budget.lowestWatts * 1000 ? nil : budget
    }
    lowest = self.budgets.map { budget in budget.map { $0.lowestWatts * 1000 } }
    dearestPerMilli = milliwattsPerMilli.joined().max() ?? 0
    dearestPerNode = milliwattsPerNode.max() ?? 0
  }

  /// What each site draws if every accelerator is a job of its own; nil where jobs may hold parts
  /// of them, or of hosts, so that nobody knows how many share a node.
  private static func mostDrawn(
    _ topology: Topology, _ siteOfNode: [UInt8], _ perMilli: [[Int]], _ perNode: [Int]
  ) -> [Int]? {
    let isDivided = topology.nodeTypes.contains {
      !$0.host.isEmpty || $0.sharing != .none || $0.accelerators == 0
    }
    guard !isDivided else { return nil }
    let accelerators = topology.nodeTypes.map(\.accelerators)
    var most = Array(repeating: 0, count: perNode.count)
    for node in topology.nodes.indices {
      let (site, type) = (Int(siteOfNode[node]), Int(topology.nodes[node].type))
      most[site] += accelerators[type] * (1000 * perMilli[site][type] + perNode[site])
    }
    return most
  }

  /// How many sites there are.
  public var siteCount: Int { drawn.count }

  /// Whether no site has a budget that it could exceed.
  public var isUnlimited: Bool { budgets.allSatisfy { $0 == nil } }

  /// What a gang draws with an allocation, by site, in milliwatts. O(its slices)
  public func draw(of allocation: Allocation, on topology: Topology) -> [Int] {
    var draw = Array(repeating: 0, count: siteCount)
    var share = 0
    for (index, slice) in allocation.slices.enumerated() {
      let node = topology.index(of: slice.node)
      let site = Int(siteOfNode[node])
      var milli = slice.accelerators.nonzeroBitCount * 1000
      while share < allocation.shares.count, allocation.shares[share].slice == index {
        milli += topology.type(of: node).sharing.milli(of: allocation.shares[share].amount)
        share += 1
      }
      // Who holds nothing of a node draws nothing there.
      if milli == 0, allocation.hosts.isEmpty, topology.type(of: node).accelerators > 0 { continue }
      draw[site] +=
        milli * milliwattsPerMilli[site][Int(topology.nodes[node].type)] + milliwattsPerNode[site]
    }
    return draw
  }

  /// What a gang draws at any site at most, wherever it is, in milliwatts.
  public func mostDrawn(by shape: GangShape, on topology: Topology) -> Int {
    func draw(_ member: MemberShape) -> Int {
      let count = member.wholeNode ? topology.mostAcceleratorsPerNode : Int(member.accelerators)
      return count * 1000 * dearestPerMilli + dearestPerNode
    }
    return Int(shape.members) * draw(shape.member) + (shape.rest.map(draw) ?? 0)
  }

  /// Whether a gang that draws so much at any site at most can be fed beside what is drawn now,
  /// wherever and whenever it is; false says nothing.
  public func feeds(_ more: Int) -> Bool {
    drawn.indices.allSatisfy { feeds(drawn[$0] + more, atSite: $0) }
  }

  /// Whether a site can always feed so many milliwatts.
  public func feeds(_ draw: Int, atSite site: Int) -> Bool {
    lowest[site].map { draw <= $0 } ?? true
  }

  /// What a site may draw at an instant, in milliwatts; nil: without limit.
  public func limit(ofSite site: Int, at instant: Instant) -> Int? {
    budgets[site].map { $0.watts(at: instant) * 1000 }
  }

  /// When a site may draw more or less than at an instant; nil: it never changes.
  public func nextStep(ofSite site: Int, after instant: Instant) -> Instant? {
    budgets[site]?.nextStep(after: instant)
  }

  /// The least that a site may draw at any time of a window, in milliwatts; nil: without limit.
  public func least(ofSite site: Int, from: Instant, to: Instant) -> Int? {
    budgets[site].map { $0.leastWatts(from: from, to: to) * 1000 }
  }

  mutating func add(_ draw: [Int], sign: Int) {
    for site in drawn.indices {
      drawn[site] += sign * draw[site]
      precondition(drawn[site] >= 0, "site \(site) draws \(drawn[site]) mW")
    }
  }
}
