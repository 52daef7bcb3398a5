import Accounts
public import Fleet
import Units

extension ClusterPolicy {
  /// Whether what this policy names is on a fleet, and no more is promised than it has.
  ///
  /// O(accounts × models + places × domains + windows × (windows + nodes))
  ///
  /// - Throws: `PolicyFault` that says where, what, and how to mend it.
  public func check(against fleet: Topology) throws(PolicyFault) {
    try checkModels(on: fleet)
    for model in fleet.models { try checkNumbers(of: model, on: fleet) }
    try checkPlaces(on: fleet)
    try checkWindowsApart(on: fleet)
    try checkSites(of: fleet)
  }

  private func checkModels(on fleet: Topology) throws(PolicyFault) {
    for (index, rate) in chargeRates.enumerated() {
      try checkModel(rate.model, at: PolicyPlace(.chargeRate(index)), on: fleet)
    }
    for number in 0..<accounts.count {
      let id = AccountID(UInt16(number))
      for promise in accounts[id].entitlement.ofModels {
        try checkModel(promise.model, at: PolicyPlace(.account(id), "entitlement"), on: fleet)
      }
    }
  }

  private func checkModel(
    _ model: String, at place: PolicyPlace, on fleet: Topology
  ) throws(PolicyFault) {
    guard !fleet.models.contains(model) else { return }
    // Accelerators whose model the fleet doesn't say are of the model "".
    let models = fleet.models.filter { !$0.isEmpty }
    throw PolicyFault(
      .isKnown, at: place, "fleet '\(fleet.name)' has no model '\(model)'",
      fix: models.isEmpty
        ? "remove it, or give the fleet's node types a model" : "its models are \(list(models))")
  }

  /// What is promised of a model, in millionths of an accelerator, from the root down.
  private func checkNumbers(of model: String, on fleet: Topology) throws(PolicyFault) {
    var total = 0
    for node in fleet.nodes.indices {
      let type = fleet.nodes[node].type
      if fleet.nodeTypes[type].acceleratorModel == model {
        total += fleet.nodeTypes[type].accelerators
      }
    }
    var promised: [Int] = []
    promised.reserveCapacity(accounts.count)
    for account in accounts.accounts {
      let above = account.parent.map { promised[Int($0.number)] } ?? total * 1_000_000
      switch account.entitlement.amount(of: model) {
      case .fraction(let millionths):
        promised.append(Int(Int128(above) * Int128(millionths) / 1_000_000))
      case .accelerators(let count): promised.append(count * 1_000_000)
      }
    }
    for number in promised.indices {
      var sum = 0
      for child in accounts.children[number] {
        sum += promised[Int(child.number)]
        guard sum > promised[number] else { continue }
        let name = accounts.accounts[number].name
        let which = model.isEmpty ? "" : " of model '\(model)'"
        throw PolicyFault(
          .entitlementsFit, at: PolicyPlace(.account(child), "entitlement"),
          "the children of '\(name)' are entitled to \(sum / 1_000_000) accelerators"
            + "\(which), of which it has \(promised[number] / 1_000_000) on fleet"
            + " '\(fleet.name)'", fix: "entitle them to less")
      }
    }
  }

  private func checkPlaces(on fleet: Topology) throws(PolicyFault) {
    for (index, window) in windows.enumerated() {
      for place in window.places {
        let domains = fleet.domains(named: place)
        if domains.count == 1 { continue }
        let at = PolicyPlace(.window(index), "places")
        guard domains.isEmpty else {
          throw PolicyFault(
            .isKnown, at: at, "fleet '\(fleet.name)' has \(domains.count) domains '\(place)'",
            fix: "write what is around it before it, such as POD/\(place)")
        }
        if let list = try? Hostlist(parsing: place), fleet.indices(of: list) != nil { continue }
        throw PolicyFault(
          .isKnown, at: at, "fleet '\(fleet.name)' has no domain and no nodes '\(place)'",
          fix: "name a domain, or nodes as a hostlist")
      }
    }
  }

  /// Nobody keeps what somebody else keeps at the same time.
  private func checkWindowsApart(on fleet: Topology) throws(PolicyFault) {
    guard windows.count > 1 else { return }
    let nodes = windows.map { fleet.nodes(named: $0.places) }
    for later in windows.indices {
      for earlier in windows[..<later].indices
      where windows[later].meets(windows[earlier]) {
        guard let node = Self.common(nodes[later], nodes[earlier]) else { continue }
        throw PolicyFault(
          .windowsApart, at: PolicyPlace(.window(later), "places"),
          "window '\(windows[later].name)' keeps node '\(fleet.nodes[node].name)' while"
            + " '\(windows[earlier].name)' does", fix: "give it other nodes, or another time")
      }
    }
  }

  /// The first number that two ascending lists share.
  private static func common(_ a: [Int], _ b: [Int]) -> Int? {
    var (i, j) = (0, 0)
    while i < a.count, j < b.count {
      if a[i] == b[j] { return a[i] }
      if a[i] < b[j] { i += 1 } else { j += 1 }
    }
    return nil
  }

  private func checkSites(of fleet: Topology) throws(PolicyFault) {
    let sites = fleet.domains(at: .site)
    for (index, budget) in power.enumerated() {
      guard let site = sites.first(where: { fleet.domains[$0].name == budget.site }) else {
        let names = sites.map { fleet.domains[$0].name }
        throw PolicyFault(
          .isKnown, at: PolicyPlace(.power(index)),
          "fleet '\(fleet.name)' has no site '\(budget.site)'",
          fix: names.isEmpty ? "give the fleet sites" : "its sites are \(list(names))")
      }
      for node in fleet.domains[site].nodes {
        let type = fleet.nodes[node].type
        guard fleet.nodeTypes[type].accelerators > 0, fleet.nodeTypes[type].acceleratorWatts == 0
        else { continue }
        throw PolicyFault(
          .wattsAreKnown, at: PolicyPlace(.power(index)),
          "the fleet file does not say what the accelerators of '\(fleet.nodeTypes[type].name)'"
            + " at site '\(budget.site)' draw",
          fix: "add 'watts: 700 W', or what it is, to that node type")
      }
    }
  }

  private func list(_ names: [String]) -> String { names.joined(separator: ", ") }
}
