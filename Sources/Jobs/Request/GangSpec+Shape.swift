public import Fleet
import Units

extension GangSpec {
  /// The most members that a gang may have.
  public static let mostMembers = 1_000_000

  /// The members of the European Union, by ISO 3166.
  private static let union = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT",
    "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
  ]

  /// The gang's shape on a fleet.
  ///
  /// O(nodes) where nodes are named.
  ///
  /// - Throws: `GangSpecError` where it can't be made out; whether it fits is another question.
  public func shape(on topology: Topology) throws(GangSpecError) -> GangShape {
    if let fault { throw fault }
    let eligibility = try eligibility(on: topology)
    let asked = perMember ?? accelerators
    var member = MemberShape(accelerators: 0, share: asked?.share ?? .whole)
    member.host = host
    member.wholeNode = isExclusive
    guard let accelerators, accelerators.share == .whole || members != nil else {
      member.accelerators = try Self.small(asked?.count ?? 0)
      return GangShape(
        members: members ?? 1, member: member, closeness: closeness, eligibility: eligibility)
    }
    let perMember = try count(perMemberOf: accelerators, on: topology)
    member.accelerators = try Self.small(min(accelerators.count, perMember))
    let (whole, left) = accelerators.count.quotientAndRemainder(dividingBy: perMember)
    var rest: MemberShape?
    if whole > 0, left > 0 {
      rest = member
      rest?.accelerators = try Self.small(left)
    }
    return GangShape(
      members: max(whole, 1), member: member, rest: rest, closeness: closeness,
      eligibility: eligibility)
  }

  /// A count of one member's accelerators, which no node has more of.
  private static func small(_ count: Int) throws(GangSpecError) -> UInt16 {
    guard let small = UInt16(exactly: count) else { throw .perMember(count) }
    return small
  }

  /// What is wrong with it whatever the fleet is; nil: nothing.
  public var fault: GangSpecError? {
    if let members, !(1...Self.mostMembers).contains(members) { return .members(members) }
    if let leastMembers, !(1...(members ?? 1)).contains(leastMembers) {
      return .leastMembers(leastMembers, of: members ?? 1)
    }
    guard accelerators == nil || perMember == nil else { return .countedTwice }
    guard accelerators != nil || perMember != nil || host.milliCores > 0 || isExclusive else {
      return .nothing
    }
    guard (accelerators?.count ?? 1) > 0 else { return .nothing }
    if let word = residency.first(where: { !Self.isCountry($0) }) { return .noCountry(word) }
    return nil
  }

  private static func isCountry(_ word: String) -> Bool {
    word.utf8.count == 2 && word.utf8.allSatisfy { (0x41...0x5A).contains($0) }
  }

  /// How many accelerators each member gets: what is said, or what a node of the model has.
  private func count(
    perMemberOf asked: Accelerators, on topology: Topology
  ) throws(GangSpecError) -> Int {
    if let members {
      guard asked.count % members == 0 else {
        throw .indivisible(asked.count, members: members)
      }
      return asked.count / members
    }
    let types = topology.nodeTypes.filter { type in
      type.accelerators > 0
        && (asked.models.isEmpty || asked.models.contains(type.acceleratorModel))
    }
    let sizes = asked.models.map { model in
      types.filter { $0.acceleratorModel == model }.map(\.accelerators).max() ?? 0
    }.filter { $0 > 0 }
    let largest = types.map(\.accelerators).max() ?? asked.count
    let differ = sizes.contains { $0 != sizes[0] }
    guard asked.count > sizes.min() ?? largest, differ else {
      return max(1, sizes.first ?? largest)
    }
    throw .sizesDiffer(models: asked.models)
  }

  private func eligibility(on topology: Topology) throws(GangSpecError) -> Eligibility? {
    let models = (perMember ?? accelerators)?.models ?? []
    let countries = countries
    let named = try nodes(nodes, "--nodelist", on: topology)
    let excluded = try nodes(excluded, "--exclude", on: topology)
    guard !(models + countries).isEmpty || !(named + excluded).isEmpty else { return nil }
    return Eligibility(
      models: models, countries: countries, named: named, excluded: excluded)
  }

  private var countries: [String] {
    var countries: [String] = []
    for word in residency {
      for country in word == "EU" ? Self.union : [word] where !countries.contains(country) {
        countries.append(country)
      }
    }
    return countries
  }

  private func nodes(
    _ names: [String], _ option: String, on topology: Topology
  ) throws(GangSpecError) -> [NodeID] {
    guard !names.isEmpty else { return [] }
    let sorted = names.sorted()
    var isFound = Array(repeating: false, count: sorted.count)
    var ids: [NodeID] = []
    for node in topology.nodes {
      guard let place = sorted.sortedIndex(of: "\(node.name)") else { continue }
      ids.append(node.id)
      isFound[place] = true
    }
    if let missing = names.first(where: { name in
      !(sorted.sortedIndex(of: name).map { isFound[$0] } ?? false)
    }) {
      throw .noNode(missing, option: option)
    }
    return ids
  }
}
