public import ArgumentParser
public import Fleet
public import Jobs
import Units

/// What a user asks for, as `gsub` takes it: the gang, its closeness, and the nodes it may have.
public struct GangOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Accelerators in all: 64, h200:64, h200,h100:64, 0.5 of one, or slices such as 1g.18gb:2.",
      valueName: "count"))
  var gpus: GangSpec.Accelerators?

  @Option(
    help: ArgumentHelp(
      "Members of the gang, each on a node of its own; 32-64 where it can go on with fewer.",
      valueName: "count"))
  var members: MembersArgument?

  @Option(help: "Accelerators of each member, written as --gpus is.")
  var gpusPerMember: GangSpec.Accelerators?

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

  /// Nothing is asked for until it is parsed.
  public init() {}

  /// Refuses what can't be asked for together, and what no fleet could give.
  /// Refuses what can't be whatever the fleet is.
  public func validate() throws {
    guard !even || spread == nil else {
      throw ValidationError("--even keeps together and --spread apart: give one of them")
    }
    // What asks for nothing yet may be one line of a script.
    if let fault = try spec().fault, fault != .nothing { throw ValidationError("\(fault)") }
  }

  /// What is asked for.
  ///
  /// - Throws: `ValidationError` where a hostlist can't be read.
  public func spec() throws -> GangSpec {
    var spec = GangSpec()
    spec.accelerators = gpus
    spec.perMember = gpusPerMember
    spec.members = members?.members
    spec.leastMembers = members?.least
    spec.host = HostShare(milliCores: cores?.milliCores ?? 0, memory: memory?.mebibytes ?? 0)
    spec.isExclusive = exclusive
    spec.closeness = closeness
    spec.residency =
      residency.map { $0.split(separator: ",", omittingEmptySubsequences: false) }?
      .map(String.init) ?? []
    spec.nodes = try nodelist.map { try names($0, "--nodelist") } ?? []
    spec.excluded = try exclude.map { try names($0, "--exclude") } ?? []
    return spec
  }

  /// The gang's shape on a fleet.
  ///
  /// - Throws: `ValidationError` where it can't be made out; whether it fits is another question.
  public func shape(on topology: Topology) throws -> GangShape {
    let spec = try spec()
    do throws(GangSpecError) {
      return try spec.shape(on: topology)
    } catch {
      throw ValidationError("\(error)")
    }
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

  private func names(_ list: String, _ option: String) throws -> [String] {
    do {
      return try Hostlist(parsing: list).names.map { "\($0)" }
    } catch {
      throw ValidationError("\(option) \(list): \(error); a hostlist looks like n[000-031]")
    }
  }
}
