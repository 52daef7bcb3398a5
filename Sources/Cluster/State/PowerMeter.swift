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
  private let budgets: [PowerBudget?]

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
    self.budgets = budgets
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
  }

  /// How many sites there are.
  public var siteCount: Int { drawn.count }

  /// Whether no site has a budget.
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
      draw[site] +=
        milli * milliwattsPerMilli[site][Int(topology.nodes[node].type)] + milliwattsPerNode[site]
    }
    return draw
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
