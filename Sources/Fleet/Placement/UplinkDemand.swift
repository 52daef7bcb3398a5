/// What gangs ask of the uplinks of each domain, kept in step as they start and end.
///
/// A gang that is wholly inside a domain asks nothing of its uplinks. A ring or a pipeline asks for
/// one interface a rail, at the ends of the domain's stretch of it; an all-to-all for
/// n_l · (1 − n_l/n) of them, n_l being its nodes inside. Both in proportion to what of its nodes'
/// accelerators the gang holds.
public struct UplinkDemand: Hashable, Sendable {
  /// By domain, in billionths of an interface a rail.
  private var byDomain: [Int64]

  /// No demand.
  public init(topology: Topology) {
    byDomain = Array(repeating: 0, count: topology.domains.count)
  }

  /// What is asked of a domain's uplinks, in billionths of an interface a rail.
  public func asked(ofDomain domain: Int) -> Int { Int(byDomain[domain]) }

  /// Adds what a gang asks for. O(members)
  public mutating func add(
    _ allocation: Allocation, in topology: Topology, by model: NetworkModel
  ) {
    change(allocation, topology, model, 1)
  }

  /// Takes off what a gang asked for; topology and model must be those it was added by. O(members)
  public mutating func remove(
    _ allocation: Allocation, in topology: Topology, by model: NetworkModel
  ) {
    change(allocation, topology, model, -1)
  }

  private mutating func change(
    _ allocation: Allocation, _ topology: Topology, _ model: NetworkModel, _ sign: Int64
  ) {
    precondition(byDomain.count == topology.domains.count, "demand on another fleet's uplinks")
    let units = GangWalk.units(of: allocation)
    let levels = topology.fabric.levels
    GangWalk.forEachPart(of: allocation, in: topology) { part in
      guard part.domain >= 0, part.units < units,
        Int(levels[Int(part.domain)]) == part.level
      else { return }
      let alongside = Int128(model.mix.ring + model.mix.pointToPoint) * Int128(part.widest)
      let across = Int128(model.mix.allToAll) * Int128(NetworkModel.across(part, of: units))
      let asked = Int64((alongside + across) / Int128(NetworkModel.one))
      byDomain[Int(part.domain)] += sign * asked
    }
  }

  /// What others ask of a domain.
  @inline(__always)
  subscript(domain: Int32) -> Int64 { byDomain[Int(domain)] }
}

extension NetworkModel {
  /// n_l · (1 − n_l/n): what an all-to-all asks of a domain's uplinks.
  @inline(__always)
  static func across(_ part: GangPart, of units: Int64) -> Int64 {
    let product = part.interfaces.multipliedReportingOverflow(by: units - part.units)
    guard product.overflow else { return product.partialValue / units }
    return Int64(
      Int128(part.interfaces) * Int128(units - part.units) / Int128(units))
  }
}
