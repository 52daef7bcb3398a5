import ArgumentParser
import Fleet
import Units

/// What a user asks for, as `gsub` takes it: the gang, its closeness, and the nodes it may have.
struct GangOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Accelerators in all: 64, h200:64, h200,h100:64, 0.5 of one, or slices such as 1g.18gb:2.",
      valueName: "count"))
  var gpus: AcceleratorArgument?

  @Option(help: "Members of the gang, each on a node of its own.")
  var members: Int?

  @Option(help: "Accelerators of each member, written as --gpus is.")
  var gpusPerMember: AcceleratorArgument?

  @Option(help: "Cores of each member, such as 12 or 3.5.")
  var cores: CoreArgument?

  @Option(help: "Memory of each member, such as 64GiB.")
  var memory: MemoryArgument?

  @Flag(help: "Each member has its node to itself.")
  var exclusive = false

  @Option(help: "The level that must hold the whole gang: site, pod, leaf or block.")
  var within: DomainLevel?

  @Option(
    help: ArgumentHelp(
      "The level that it would wait for, and how long: leaf@10m.", valueName: "level@time"))
  var prefer: PreferenceArgument?

  @Option(
    help: ArgumentHelp(
      "Nodes that must be together: 16:block; may be given for several levels.",
      valueName: "nodes:level"))
  var segment: [SegmentArgument] = []

  @Flag(help: "Divide the gang evenly where it must be divided.")
  var even = false

  @Option(help: "Spread the gang over as many domains of this level as possible.")
  var spread: DomainLevel?

  @Option(
    help: ArgumentHelp(
      "Countries whose sites may have it: RO,EU; EU stands for its members.",
      valueName: "countries"))
  var residency: String?

  @Option(help: ArgumentHelp("The only nodes it may have.", valueName: "hostlist"))
  var nodelist: String?

  @Option(help: ArgumentHelp("Nodes that it may not have.", valueName: "hostlist"))
  var exclude: String?

  func validate() throws {
    if let members, !(1...1_000_000).contains(members) {
      throw ValidationError("--members \(members): give 1 to 1000000")
    }
    guard gpus == nil || gpusPerMember == nil else {
      throw ValidationError("--gpus counts all and --gpus-per-member each: give one of them")
    }
    guard gpus != nil || gpusPerMember != nil || cores != nil || exclusive else {
      throw ValidationError("nothing is asked for: give --gpus, --cores or --exclusive")
    }
    guard !even || spread == nil else {
      throw ValidationError("--even keeps together and --spread apart: give one of them")
    }
  }

  /// The gang's shape on a fleet.
  ///
  /// - Throws: `ValidationError` where it can't be made out; whether it fits is another question.
  func shape(on topology: Topology) throws -> GangShape {
    let eligibility = try eligibility(on: topology)
    let closeness = closeness
    let asked = gpusPerMember ?? gpus
    var member = MemberShape(accelerators: 0, share: asked?.share ?? .whole)
    member.accelerators = UInt16(clamping: asked?.count ?? 0)
    member.host = HostShare(milliCores: cores?.milliCores ?? 0, memory: memory?.mebibytes ?? 0)
    member.wholeNode = exclusive
    guard let gpus, gpus.share == .whole else {
      return GangShape(
        members: members ?? 1, member: member, closeness: closeness, eligibility: eligibility)
    }
    let perMember = try accelerators(perMemberOf: gpus, on: topology)
    member.accelerators = UInt16(clamping: min(gpus.count, perMember))
    let (whole, left) = gpus.count.quotientAndRemainder(dividingBy: perMember)
    var rest: MemberShape?
    if whole > 0, left > 0 {
      rest = member
      rest?.accelerators = UInt16(clamping: left)
    }
    return GangShape(
      members: max(whole, 1), member: member, rest: rest, closeness: closeness,
      eligibility: eligibility)
  }

  /// How many accelerators each member gets: what is said, or what a node of the model has.
  private func accelerators(
    perMemberOf gpus: AcceleratorArgument, on topology: Topology
  ) throws -> Int {
    if let members {
      guard gpus.count % members == 0 else {
        throw ValidationError(
          "--gpus \(gpus.count) can't be divided among \(members) members: give a multiple, "
            + "or --gpus-per-member")
      }
      return gpus.count / members
    }
    let types = topology.nodeTypes.filter { type in
      type.accelerators > 0 && (gpus.models.isEmpty || gpus.models.contains(type.acceleratorModel))
    }
    let sizes = gpus.models.map { model in
      types.filter { $0.acceleratorModel == model }.map(\.accelerators).max() ?? 0
    }.filter { $0 > 0 }
    let largest = types.map(\.accelerators).max() ?? gpus.count
    guard gpus.count > sizes.min() ?? largest, Set(sizes).count > 1 else {
      return max(1, sizes.first ?? largest)
    }
    throw ValidationError(
      "the nodes of \(gpus.models.joined(separator: " and ")) differ in size: "
        + "give --members and --gpus-per-member")
  }

  private var closeness: Closeness {
    var closeness = Closeness.closest
    closeness.required = within
    if let prefer {
      closeness.preferred = prefer.level
      closeness.longestWait = prefer.wait
    }
    for segment in segment { closeness.segments[segment.level] = segment.nodes }
    if even { closeness.division = .even }
    if let spread { closeness.division = .spread(spread) }
    return closeness
  }

  private func eligibility(on topology: Topology) throws -> Eligibility? {
    let models = (gpusPerMember ?? gpus)?.models ?? []
    let countries = try residency.map(Residency.countries) ?? []
    let named = try nodelist.map { try nodes($0, "--nodelist", on: topology) } ?? []
    let excluded = try exclude.map { try nodes($0, "--exclude", on: topology) } ?? []
    guard !(models + countries).isEmpty || !(named + excluded).isEmpty else { return nil }
    return Eligibility(
      models: models, countries: countries, named: named, excluded: excluded)
  }

  private func nodes(_ list: String, _ option: String, on topology: Topology) throws -> [NodeID] {
    let names: [NodeName]
    do {
      names = try Hostlist(parsing: list).names
    } catch {
      throw ValidationError("\(option) \(list): \(error); a hostlist looks like n[000-031]")
    }
    let ids = Dictionary(uniqueKeysWithValues: topology.nodes.map { ("\($0.name)", $0.id) })
    return try names.map { name in
      guard let id = ids["\(name)"] else {
        throw ValidationError("\(option): the fleet has no node '\(name)'")
      }
      return id
    }
  }
}

/// Countries as they may hold somebody's data.
private enum Residency {
  /// The members of the European Union, by ISO 3166.
  static let union = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT",
    "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
  ]

  static func countries(_ written: String) throws -> [String] {
    let words = written.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    var countries: [String] = []
    for word in words {
      guard word.wholeMatch(of: /[A-Z]{2}/) != nil else {
        throw ValidationError(
          "--residency \(written): '\(word)' is no country; write two capital letters, or EU")
      }
      for country in word == "EU" ? union : [word] where !countries.contains(country) {
        countries.append(country)
      }
    }
    return countries
  }
}
