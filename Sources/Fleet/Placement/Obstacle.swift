import Units

/// Why a gang could never be placed, even if nothing ran: what the fleet lacks, and the nearest
/// that it has.
public enum Obstacle: Error, Hashable, Sendable {
  /// No node has a model that the gang names; these are the fleet's.
  case noSuchModel([String], known: [String])
  /// No site is in a country that the gang may be in.
  case noSuchCountry([String], known: [String])
  /// Nothing is left of the nodes the gang may have.
  case noEligibleNode
  /// No eligible node shares its accelerators as the gang asks.
  case notShared(DeviceShare)
  /// No eligible node has so many accelerators; the largest has `most`.
  case tooManyAccelerators(Int, most: Int)
  /// No eligible node with enough accelerators has so much of a host; the largest have `most`.
  case hostTooLarge(HostShare, most: HostShare)
  /// So few eligible nodes have room for a member.
  case tooManyMembers(Int, of: MemberShape, most: Int)
  /// The fleet has no domains of that level.
  case noSuchLevel(DomainLevel, known: [DomainLevel])
  /// No domain of the level is so large; the largest has `most`, and at a higher level, if any, one
  /// is large enough.
  case levelTooSmall(DomainLevel, nodes: Int, most: Int, enough: DomainLevel?)
  /// No domain of the level has a whole segment; the largest has `most`.
  case segmentTooLarge(DomainLevel, nodes: Int, most: Int)
  /// The gang is no multiple of its segments.
  case unevenSegments(DomainLevel, size: Int, nodes: Int)
  /// So many nodes fit in whole segments.
  case tooManySegments(DomainLevel, size: Int, nodes: Int, most: Int)
}

extension Topology {
  /// What stands in the way of a gang for ever, or nil if it fits on the empty fleet. O(nodes)
  public func obstacle(to shape: GangShape) -> Obstacle? {
    var eligible = nodes(eligible: shape.eligibility) ?? NodeSet(count: nodes.count) { _ in true }
    if let eligibility = shape.eligibility {
      if let obstacle = obstacle(in: eligibility) { return obstacle }
      if !eligibility.models.isEmpty { restrict(&eligible, to: eligibility.models) }
    }
    guard !eligible.isEmpty else { return .noEligibleNode }
    if let obstacle = obstacle(to: shape.member, in: eligible) { return obstacle }
    if let obstacle = obstacle(inLevelsOf: shape.closeness) { return obstacle }
    let empty = Occupancy(topology: self)
    guard !empty.fits(shape) else { return nil }
    return obstacle(to: shape, onEmpty: empty)
  }

  private func obstacle(in eligibility: Eligibility) -> Obstacle? {
    if !eligibility.models.isEmpty, !models.contains(where: eligibility.models.contains) {
      return .noSuchModel(eligibility.models, known: models)
    }
    var countries: [String] = []
    for site in domains(at: .site) {
      let country = domains[site].attributes.country
      if !country.isEmpty, !countries.contains(country) { countries.append(country) }
    }
    if !eligibility.countries.isEmpty, !countries.contains(where: eligibility.countries.contains) {
      return .noSuchCountry(eligibility.countries, known: countries)
    }
    return nil
  }

  private func restrict(_ eligible: inout NodeSet, to wanted: [String]) {
    var ofModels = NodeSet(count: nodes.count)
    for (index, model) in models.enumerated() where wanted.contains(model) {
      ofModels.formUnion(nodesByModel[index])
    }
    eligible.formIntersection(ofModels)
  }

  private func obstacle(to member: MemberShape, in eligible: NodeSet) -> Obstacle? {
    var isShared = false
    var most = 0
    var hosts: [HostShare] = []
    eligible.forEach { node in
      let type = nodeTypes[Int(typeIndices[node])]
      guard type.sharing.offers(member.share) else { return }
      isShared = true
      let accelerators = type.mostParts(member.share)
      most = max(most, accelerators)
      if accelerators >= Int(member.accelerators), !hosts.contains(type.host) {
        hosts.append(type.host)
      }
    }
    guard isShared else { return .notShared(member.share) }
    guard most >= Int(member.accelerators) else {
      return .tooManyAccelerators(Int(member.accelerators), most: most)
    }
    guard !hosts.contains(where: { $0.covers(member.host) }) else { return nil }
    let largest = hosts.max { ($0.milliCores, $0.memory) < ($1.milliCores, $1.memory) }
    return .hostTooLarge(member.host, most: largest ?? .none)
  }

  private func obstacle(inLevelsOf closeness: Closeness) -> Obstacle? {
    let known = DomainLevel.allCases.filter { !domains(at: $0).isEmpty }
    var named = [closeness.required, closeness.preferred, closeness.segments.smallest?.level]
    if case .spread(let level) = closeness.division { named.append(level) }
    for level in named.compactMap(\.self) where !known.contains(level) {
      return .noSuchLevel(level, known: known)
    }
    return nil
  }

  /// What of the numbers of a gang is too much, each member of which fits somewhere.
  private func obstacle(to shape: GangShape, onEmpty empty: Occupancy) -> Obstacle {
    let nodes = shape.nodeCount
    let free = GangShape(
      members: Int(shape.members), member: shape.member, rest: shape.rest,
      eligibility: shape.eligibility)
    guard empty.fits(free) else {
      let single = GangShape(members: 1, member: shape.member, eligibility: shape.eligibility)
      let most = empty.mostRoom(for: single, at: nil)
      return .tooManyMembers(nodes, of: shape.member, most: most)
    }
    let segments = shape.closeness.segments
    for level in DomainLevel.allCases where segments[level] > 0 {
      let size = segments[level]
      let members = Int(shape.members)
      guard members % size == 0 else {
        return .unevenSegments(level, size: size, nodes: members)
      }
      let most = empty.mostRoom(for: free, at: level)
      guard most >= size else { return .segmentTooLarge(level, nodes: size, most: most) }
    }
    if let level = shape.closeness.required ?? shape.closeness.preferred {
      var whole = Closeness.closest
      whole.segments = segments
      let most = empty.mostRoom(for: free.with(whole), at: level)
      if most < nodes {
        let enough = DomainLevel.allCases.last {
          $0 < level && empty.mostRoom(for: free.with(whole), at: $0) >= nodes
        }
        return .levelTooSmall(level, nodes: nodes, most: most, enough: enough)
      }
    }
    guard let (level, size) = segments.smallest else {
      preconditionFailure("\(shape) does not fit and nothing is in its way")
    }
    var segmented = Closeness.closest
    segmented.segments = segments
    return .tooManySegments(
      level, size: size, nodes: nodes, most: empty.mostRoom(for: free.with(segmented), at: nil))
  }
}

extension Occupancy {
  /// The most nodes with room for a member inside one domain of a level, or of the fleet.
  fileprivate func mostRoom(for shape: GangShape, at level: DomainLevel?) -> Int {
    var most = 0
    forEachChoice(of: shape) { occupancy, choice in
      let search = occupancy.search(shape, choice, afterWaiting: .zero)
      most = max(most, level.map { search.most(at: $0)?.nodes ?? 0 } ?? search.total)
      return true
    }
    return most
  }
}

extension DeviceSharing {
  /// Whether an accelerator can be held in such parts.
  func offers(_ share: DeviceShare) -> Bool {
    switch (share, self) {
    case (.whole, _), (.milli, .fractions): true
    case (.mig(let profile), .mig(let geometry)): profile.geometry == geometry
    case (.milli, _), (.mig, _): false
    }
  }
}

extension NodeType {
  /// How many such parts an idle node has for one member.
  func mostParts(_ share: DeviceShare) -> Int {
    switch share {
    case .whole, .milli: accelerators
    case .mig(let profile): accelerators * profile.mostOnOne
    }
  }
}

extension MIGProfile {
  /// How many of it one accelerator holds.
  fileprivate var mostOnOne: Int {
    var taken: UInt8 = 0
    var count = 0
    for slots in placements where taken & slots == 0 {
      taken |= slots
      count += 1
    }
    return count
  }
}
