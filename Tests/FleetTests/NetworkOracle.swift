import Fleet
import Units

/// A fraction, exact.
struct Fraction: Comparable {
  let top: Int128
  let bottom: Int128

  init(_ top: Int128, _ bottom: Int128 = 1) {
    var (a, b) = (abs(top), abs(bottom))
    while b != 0 { (a, b) = (b, a % b) }
    self.top = bottom < 0 ? -top / max(a, 1) : top / max(a, 1)
    self.bottom = abs(bottom) / max(a, 1)
  }

  static func + (a: Self, b: Self) -> Self {
    Self(a.top * b.bottom + b.top * a.bottom, a.bottom * b.bottom)
  }
  static func - (a: Self, b: Self) -> Self { a + Self(-b.top, b.bottom) }
  static func * (a: Self, b: Self) -> Self { Self(a.top * b.top, a.bottom * b.bottom) }
  static func / (a: Self, b: Self) -> Self { Self(a.top * b.bottom, a.bottom * b.top) }
  static func < (a: Self, b: Self) -> Bool { a.top * b.bottom < b.top * a.bottom }
}

/// The network model's formula, followed accelerator by accelerator in fractions.
///
/// It shares nothing with the model but the topology's public face: domains are found by walking up
/// from each node, shares of bytes by comparing each accelerator with every other.
struct NetworkOracle {
  private struct Unit {
    var node: Int
    var device: Int
  }

  let topology: Topology
  let model: NetworkModel
  private let members: [(node: Int, units: Int)]
  private let units: [Unit]

  init(_ allocation: Allocation, on topology: Topology, by model: NetworkModel) {
    self.topology = topology
    self.model = model
    var units: [Unit] = []
    var members: [(node: Int, units: Int)] = []
    for (index, slice) in allocation.slices.enumerated() {
      var devices = (0..<64).filter { slice.accelerators >> UInt64($0) & 1 == 1 }
      devices += allocation.shares.filter { $0.slice == index }.map { Int($0.device) }
      if devices.isEmpty { devices = [-1] }
      let node = topology.index(of: slice.node)
      units += devices.map { Unit(node: node, device: $0) }
      members.append((node, devices.count))
    }
    self.units = units
    self.members = members
  }

  /// S − 1.
  var slowdown: Fraction {
    guard units.count > 1 else { return Fraction(0) }
    let alongside = ratio(isAllToAll: false) - Fraction(1)
    let across = ratio(isAllToAll: true) - Fraction(1)
    let million = Fraction(1_000_000)
    let rings = Fraction(Int128(model.mix.ring + model.mix.pointToPoint)) / million
    let all = Fraction(Int128(model.mix.allToAll)) / million
    return Fraction(Int128(model.exposedShare)) / million * (rings * alongside + all * across)
  }

  private func ratio(isAllToAll: Bool) -> Fraction {
    let ideal = bandwidth { idealShare($0, isAllToAll) }
    let here = bandwidth { level in
      share(level, isAllToAll) / uplinkShare(level, isAllToAll)
    }
    return ideal / here
  }

  /// B, where what a level asks for is q/s; nil stands for the NVLink domain.
  private func bandwidth(_ asked: (DomainLevel?) -> Fraction) -> Fraction {
    let types = members.map { topology.type(of: $0.node) }
    let outside =
      types.map {
        Fraction(
          Int128($0.links.interfaces * $0.links.interfaceGigabits), Int128(max(1, $0.accelerators)))
      }.min() ?? Fraction(0)
    let inside = types.map { Fraction(Int128($0.links.acceleratorGigabytes * 8)) }.min()
    let million = Fraction(1_000_000)
    let efficiency = model.efficiency
    var slowest = (inside ?? outside) * Fraction(Int128(efficiency.nvlink)) / million
    let levels: [(DomainLevel?, Int)] = [
      (nil, efficiency.leaf), (.leaf, efficiency.spine), (.pod, efficiency.core),
      (.site, efficiency.sites),
    ]
    for (level, efficiency) in levels {
      let asked = asked(level)
      guard asked > Fraction(0) else { continue }
      slowest = min(slowest, outside * Fraction(Int128(efficiency)) / million / asked)
    }
    return slowest
  }

  /// The domain around a node that is of a level or wider; -1 for the fleet.
  private func group(_ node: Int, _ level: DomainLevel) -> Int {
    var domain = topology.nodes[node].domain
    while let index = domain, topology.domains[index].level > level {
      domain = topology.domains[index].parent
    }
    return domain ?? -1
  }

  private func block(_ node: Int) -> Int? {
    guard let domain = topology.nodes[node].domain else { return nil }
    return topology.domains[domain].level == .block ? domain : nil
  }

  private func areTogether(_ a: Unit, _ b: Unit, _ level: DomainLevel?) -> Bool {
    if let level { return group(a.node, level) == group(b.node, level) }
    if let block = block(a.node) { return block == self.block(b.node) }
    guard a.node == b.node, a.device >= 0 else { return a.node == b.node }
    var ends: [Int] = []
    for size in topology.type(of: a.node).islands { ends.append((ends.last ?? 0) + size) }
    return ends.firstIndex { a.device < $0 } == ends.firstIndex { b.device < $0 }
  }

  /// q: the share of an accelerator's bytes that leave its domain, where it is largest.
  private func share(_ level: DomainLevel?, _ isAllToAll: Bool) -> Fraction {
    let shares = units.map { a in
      Fraction(Int128(units.count { !areTogether(a, $0, level) }), Int128(units.count))
    }
    let largest = shares.max() ?? Fraction(0)
    return isAllToAll || largest == Fraction(0) ? largest : Fraction(1)
  }

  /// s: what of its uplinks the gang gets, at the worst domain of a level.
  private func uplinkShare(_ level: DomainLevel?, _ isAllToAll: Bool) -> Fraction {
    guard let level else { return Fraction(1) }
    var least = Fraction(1)
    for domain in topology.domains.indices {
      let inside = members.filter { topology.domains[domain].nodes.contains($0.node) }
      let count = inside.reduce(0) { $0 + $1.units }
      guard count > 0, count < units.count, isGroup(domain, level) else { continue }
      let used = inside.map {
        Fraction(Int128($0.units), Int128(max($0.units, topology.type(of: $0.node).accelerators)))
      }
      let leaving = Fraction(Int128(units.count - count), Int128(units.count))
      let all = used.reduce(Fraction(0), +) * leaving
      let asked = isAllToAll ? all : used.max() ?? Fraction(0)
      least = min(least, uplinks(domain) / asked)
    }
    return least
  }

  /// Whether nodes stand in this domain, as far as a level is concerned.
  private func isGroup(_ domain: Int, _ level: DomainLevel) -> Bool {
    topology.domains[domain].nodes.contains { group($0, level) == domain }
  }

  private func uplinks(_ domain: Int) -> Fraction {
    let this = topology.domains[domain]
    let there =
      this.children.isEmpty
      ? Fraction(Int128(this.nodes.count))
      : this.children.reduce(Fraction(0)) { $0 + uplinks($1) }
    return there * Fraction(1000, Int128(this.attributes.oversubscription))
  }

  /// q at the closest and evenest place for so many members in an empty fleet.
  private func idealShare(_ level: DomainLevel?, _ isAllToAll: Bool) -> Fraction {
    let kinds = members.map { topology.nodes[$0.node].type }
    let isMixed = kinds.contains { $0 != kinds[0] }
    let nodes = topology.nodes.indices.filter { isMixed || topology.nodes[$0].type == kinds[0] }
    var sizes: [Int: Int] = [:]
    for node in nodes {
      if let level {
        sizes[group(node, level), default: 0] += 1
      } else if let block = block(node) {
        sizes[block, default: 0] += 1
      }
    }
    let largest = sizes.values.max() ?? 0
    var domains = (members.count + max(largest, 1) - 1) / max(largest, 1)
    var together = units.count / domains
    if largest == 0 {
      let parts = members.map { member in
        let island = topology.type(of: member.node).islands.max() ?? member.units
        let islands = (member.units + island - 1) / island
        return (islands: islands, together: member.units / islands)
      }
      domains = members.count > 1 ? members.count : parts[0].islands
      together = parts.map(\.together).min() ?? 0
    }
    guard domains > 1 else { return Fraction(0) }
    return isAllToAll
      ? Fraction(Int128(units.count - together), Int128(units.count)) : Fraction(1)
  }
}
