import Accounts
public import Fleet
import Policy
import Units

/// What is charged for an allocation: thousandths of accelerators by model.
///
/// Where the fleet has no accelerators its cores are what is shared: one model without a name, of
/// which a core counts as an accelerator does.
public struct Charging: Hashable, Sendable {
  /// So much of a model.
  public struct Amount: Hashable, Sendable {
    /// The model's place among the fleet's.
    public var model: Int
    /// Thousandths of accelerators.
    public var milli: Int
  }

  /// The models' names, in the order in which the fleet got them.
  public let models: [String]

  /// By model, what an accelerator is charged, in thousandths.
  public let rates: [Int]

  private let countsCores: Bool
  private let modelOfType: [Int]

  /// The models of which the fleet has any, in its own order.
  private let present: [Int]

  /// - Parameter known: the models that were numbered before, which keep their numbers.
  init(topology: Topology, policy: ClusterPolicy, known: [String] = []) {
    countsCores = topology.acceleratorCount == 0
    let named = countsCores ? [""] : topology.models
    let models = known + named.filter { !known.contains($0) }
    self.models = models
    rates = models.map { model in
      policy.chargeRates.first { $0.model == model }?.milli ?? 1000
    }
    modelOfType = topology.nodeTypes.map { type in
      models.firstIndex(of: type.acceleratorModel) ?? 0
    }
    present = named.compactMap { models.firstIndex(of: $0) }
  }

  /// What an allocation holds, by model. O(its slices)
  public func amounts(of allocation: Allocation, on topology: Topology) -> [Amount] {
    guard !countsCores else { return [Amount(model: 0, milli: allocation.milliCores)] }
    var amounts: [Amount] = []
    func add(_ milli: Int, ofNode node: Int) {
      let model = modelOfType[topology.nodes[node].type]
      if let index = amounts.firstIndex(where: { $0.model == model }) {
        amounts[index].milli += milli
      } else {
        amounts.append(Amount(model: model, milli: milli))
      }
    }
    for slice in allocation.slices where slice.accelerators != 0 {
      add(slice.accelerators.nonzeroBitCount * 1000, ofNode: topology.index(of: slice.node))
    }
    for share in allocation.shares {
      let node = topology.index(of: allocation.slices[Int(share.slice)].node)
      add(topology.type(of: node).sharing.milli(of: share.amount), ofNode: node)
    }
    return amounts
  }

  /// What a gang will hold at least, whichever model it gets.
  public func milli(of shape: GangShape) -> Int {
    guard !countsCores else { return shape.milliCores }
    return Int(shape.members) * milli(of: shape.member) + (shape.rest.map(milli(of:)) ?? 0)
  }

  /// What one member of a gang will hold.
  func milli(of member: MemberShape) -> Int {
    guard !countsCores else { return Int(member.host.milliCores) }
    return switch member.share {
    case .whole: Int(member.accelerators) * 1000
    case .milli(let part): Int(member.accelerators) * Int(part)
    case .mig(let profile): Int(member.accelerators) * profile.milli
    }
  }

  /// The models that a gang may get, the best first; all where it names none.
  public func models(of shape: GangShape) -> [Int] {
    guard !countsCores, let named = shape.eligibility?.models, !named.isEmpty else {
      return present
    }
    return named.compactMap { models.firstIndex(of: $0) }
  }

  /// What there is of each model, in thousandths: all of it, and what is on nodes that may be given
  /// to gangs or are held by them.
  func capacity(of occupancy: Occupancy) -> (all: [Int], inService: [Int]) {
    var all = Array(repeating: 0, count: models.count)
    var inService = all
    for node in occupancy.topology.nodes {
      let (model, milli) = capacity(of: node, on: occupancy.topology)
      all[model] += milli
      if occupancy.condition(of: node.id).mayBeHeld { inService[model] += milli }
    }
    return (all, inService)
  }

  /// What a node has, in thousandths, and of which model.
  func capacity(of node: Topology.Node, on topology: Topology) -> (model: Int, milli: Int) {
    let type = topology.nodeTypes[node.type]
    return countsCores
      ? (0, Int(type.host.milliCores)) : (modelOfType[node.type], type.accelerators * 1000)
  }
}

extension NodeCondition {
  /// Whether a node in it may be given to gangs, or is held by them.
  var mayBeHeld: Bool {
    switch self {
    case .inService, .reserved: true
    case .cordoned, .drained, .failed, .silent: false
    }
  }
}
