import Accounts
import Cluster
import Control
import Fleet
import Jobs
import Policy
import Units

/// All that a seed of the swarm stands for: a world, and what may go wrong in it.
///
/// Everything is drawn before anything runs, as a list of parts; a run takes any of them.
public struct SwarmSetting: Sendable {
  /// How much may go wrong.
  public enum Temper: String, CaseIterable, Sendable {
    /// Messages come at once and tasks end when told; the controller may crash, and be back at
    /// once. All rules of the policy are checked.
    case calm
    /// The policy and the fleet change.
    case changing
    /// Nodes, messages, tasks, disks and clocks fail.
    case rough
  }

  /// What it is drawn from.
  public let seed: UInt64

  /// How much may go wrong.
  public let temper: Temper

  /// The fleet, the rules and the work.
  public let world: PolicyWorld

  /// What the world was drawn with.
  public let features: PolicyWorld.Features

  /// Whether any node serves any job, which asks for one accelerator; where that is divided, for
  /// one and a core, or for a core alone.
  public let isPlain: Bool

  /// Whether some nodes have another model, and some gangs want to be close.
  public let isVaried: Bool

  /// Whether nodes share accelerators, and count cores and memory.
  public let isDivided: Bool

  /// After how many entries a snapshot is taken.
  public let snapshotEvery: Int

  /// What can be left away, from 1 on as it is counted for people.
  public let parts: [SwarmPart]

  /// What a seed stands for.
  ///
  /// - Parameter divided: whether nodes share accelerators; nil: as the seed draws it. All else is
  ///   the same either way.
  /// - Throws: what a fleet can't be built by; no seed is known that does.
  public init(seed: UInt64, divided: Bool? = nil) throws {
    var random = SeededGenerator(seed: seed ^ 0x5A4D)
    func chance(_ percent: Int) -> Bool { random.below(100) < percent }
    let temper: Temper = [.calm, .calm, .changing, .rough, .rough][random.below(5)]
    let isPlain = temper == .calm && chance(20)
    var features: PolicyWorld.Features = isPlain ? [.budgets] : [.leaves, .incidents]
    if !isPlain {
      if chance(30) { features.insert(.windows) }
      if temper != .changing, chance(30) { features.insert(.power) }
      if chance(50) { features.insert(.budgets) }
      if chance(80) { features.insert(.terms) }
      if temper == .changing { features.insert(.changes) }
      if temper == .rough, chance(30) { features.insert(.changes) }
    }
    var world = try PolicyWorld(seed: seed, features)
    isVaried = !isPlain && chance(30)
    if isVaried { world.addVariety(seed: seed) }
    if isPlain { world.useSingleAccelerators() }
    var division = SeededGenerator(seed: seed ^ 0xD1F1)
    isDivided = divided ?? (division.below(100) < 30)
    if isDivided { try isPlain ? world.addCores(seed: seed) : world.addParts(seed: seed) }
    world.policy.fence = .seconds(Int64(60 + random.below(900)))
    self.seed = seed
    self.temper = temper
    self.isPlain = isPlain
    self.features = features
    self.world = world
    snapshotEvery = 1 + random.below(40)
    var draw = SwarmDraw(world, temper, random)
    parts = draw.parts(isPlain: isPlain)
  }

  /// Its options, a line each: what is printed before it runs.
  public var lines: [String] {
    let topology = world.topology
    let leaves = topology.domains(at: .leaf).count
    let names = [
      (PolicyWorld.Features.windows, "windows"), (.power, "power"), (.budgets, "budgets"),
      (.terms, "terms"), (.changes, "changes"),
    ].filter { features.contains($0.0) }.map(\.1)
    let habits = parts.compactMap { if case .habit(let habit) = $0 { habit.rawValue } else { nil } }
    return [
      "seed \(seed): \(temper.rawValue)\(isPlain ? ", plain" : "")"
        + "\(isVaried ? ", varied" : "")\(isDivided ? ", divided" : "")",
      "  fleet: \(topology.nodes.count) nodes of \(topology.mostAcceleratorsPerNode) accelerators, "
        + "\(leaves == 0 ? "no leaves" : "\(leaves) leaves"), "
        + "models: \(topology.models.joined(separator: " "))",
      "  rules: \(world.policy.accounts.count) accounts, \(world.policy.modes.count) modes, "
        + "\(world.policy.reservations) reservations"
        + (names.isEmpty ? "" : "; " + names.joined(separator: ", ")),
      "  habits: \(habits.isEmpty ? "none" : habits.joined(separator: ", ")); a snapshot every "
        + "\(snapshotEvery) entries; fence \(world.policy.fence.milliseconds / 1000) s",
      "  \(parts.count) parts, \(world.jobs.count) of them jobs",
    ]
  }
}

/// Draws what may go wrong.
private struct SwarmDraw {
  private let world: PolicyWorld
  private let temper: SwarmSetting.Temper
  private var random: SeededGenerator

  init(_ world: PolicyWorld, _ temper: SwarmSetting.Temper, _ random: SeededGenerator) {
    (self.world, self.temper, self.random) = (world, temper, random)
  }

  private mutating func chance(_ percent: Int) -> Bool { random.below(100) < percent }

  mutating func parts(isPlain: Bool) -> [SwarmPart] {
    var parts: [SwarmPart] = []
    if temper == .rough {
      for habit in SwarmHabit.allCases where chance(40) { parts.append(.habit(habit)) }
    }
    parts += SwarmRule.allCases.filter { $0.isIn(world.policy) }.map { .rule($0) }
    parts += world.topology.nodes.dropFirst().map { .node("\($0.name)") }
    parts += world.jobs.indices.map { .job($0) }
    parts += world.incidents.compactMap { part(of: $0) }
    let last = world.jobs.last?.submitted.milliseconds ?? 0
    for _ in 0..<random.below(4) {
      let at = Instant(milliseconds: Int64(random.below(Int(last) + 3_600_000)))
      parts.append(.act(at, drawCrash()))
    }
    if temper == .rough {
      for _ in 0..<random.below(8) {
        parts += drawOutages(from: Instant(milliseconds: Int64(random.below(Int(last) + 1))))
      }
    }
    for _ in 0..<(isPlain ? 0 : random.below(6)) { parts.append(drawAmbush()) }
    return parts
  }

  /// What befalls a world, with names instead of numbers.
  private mutating func part(of incident: Incident) -> SwarmPart? {
    let at = incident.instant
    switch incident.input {
    case .cancel(let job): return .act(at, .cancel(Int(job.number) - 1))
    case .hold(let job, let isHeldBack, _):
      return .act(at, .hold(Int(job.number) - 1, isHeldBack, byOperator: chance(30)))
    case .noted(let nodes, .wanted(let condition, _)):
      let name = world.topology.nodes[world.topology.index(of: nodes[0])].name
      return .act(at, .want("\(name)", condition))
    case .policyChanged(var policy):
      policy.fence = chance(50) ? world.policy.fence : .seconds(Int64(60 + random.below(900)))
      return .act(at, .policy(policy))
    case .fleetChanged(let fleet): return .act(at, .fleet(fleet))
    case .submit, .submitArray, .checkpointed, .resized, .noted, .tasksGone, .memberEnded,
      .agentsChanged, .tick, .resumed, .restored:
      return nil
    }
  }

  private mutating func drawCrash() -> SwarmAct {
    guard temper == .rough, chance(60) else { return .appendFails }
    let down = TimeSpan(milliseconds: Int64(random.below(chance(30) ? 1_800_000 : 60_000)))
    let most = chance(20) ? 864_000_000 : 7_200_000
    let jump = chance(60) ? 0 : Int64(random.below(most)) - 3_600_000
    return .crash(down: down, jump: TimeSpan(milliseconds: jump))
  }

  /// One outage of a node, or several in a row: it flaps.
  private mutating func drawOutages(from start: Instant) -> [SwarmPart] {
    let name = "\(world.topology.nodes[random.below(world.topology.nodes.count)].name)"
    let (isPower, flaps) = (chance(40), chance(20))
    var at = start
    var outages: [SwarmPart] = []
    for _ in 0..<(flaps ? 2 + random.below(5) : 1) {
      let longest = flaps ? 120_000 : chance(30) ? 7_200_000 : 900_000
      let length = TimeSpan(milliseconds: Int64(1 + random.below(longest)))
      outages.append(.act(at, isPower ? .power(name, length) : .link(name, length)))
      at = at + length + TimeSpan(milliseconds: Int64(random.below(120_000)))
    }
    return outages
  }

  private mutating func drawAmbush() -> SwarmPart {
    let moment = SwarmMoment.allCases[random.below(SwarmMoment.allCases.count)]
    let length = TimeSpan(milliseconds: Int64(1 + random.below(900_000)))
    let act: SwarmAct
    switch random.below(temper == .rough ? 9 : 6) {
    case 0, 1: act = .cancel(nil)
    case 2: act = .hold(nil, true, byOperator: chance(30))
    case 3: act = .want(nil, chance(50) ? .failed : .drained)
    case 4, 5: act = .appendFails
    case 6: act = drawCrash()
    case 7: act = .power(nil, length)
    default: act = .link(nil, length)
    }
    return .ambush(moment, nth: 1 + random.below(6), act)
  }
}
