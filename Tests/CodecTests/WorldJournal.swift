import Cluster
import Codec
import Control
import Jobs
import Simulation
import Units

/// What a daemon would have written down of a random world, and the states on the way.
struct WorldJournal: ReplayObserver {
  private(set) var entries: [JournalEntry.Draft] = []

  /// After every so many entries, the state.
  private(set) var states: [(after: Int, state: ClusterState)] = []

  private let stride: Int
  private var input: Input?
  private var events: [Event] = []

  private init(stride: Int) { self.stride = stride }

  /// The journal of a world, whose first entry opens it.
  static func of(_ world: PolicyWorld, stateEvery stride: Int = .max) -> WorldJournal {
    var journal = WorldJournal(stride: stride)
    journal.entries = [
      JournalEntry.Draft(
        at: Instant(milliseconds: 0), from: "operator",
        .opened(fleet: Array("fleet".utf8), policy: Array("policy".utf8)))
    ]
    var cluster = VirtualCluster(topology: world.topology, policy: world.policy)
    cluster.incidents = world.incidents
    cluster.run(world.jobs, observer: &journal)
    return journal
  }

  mutating func received(_ input: Input, at now: Instant) {
    self.input = input
    events = []
  }

  mutating func performed(_ effect: Effect, at now: Instant) {
    if case .append(let event) = effect { events.append(event) }
  }

  mutating func settled(_ machine: ControlMachine, at now: Instant) {
    guard let input else { return }
    let author =
      switch input {
      case .submit(let request): "user\(request.account.number)"
      case .tick: ""
      default: "agent"
      }
    entries.append(
      JournalEntry.Draft(
        at: now, from: author, .told(input), events: events,
        lastPlan: machine.lastPlan == .distantPast ? nil : machine.lastPlan))
    if entries.count % stride == 0 { states.append((entries.count, machine.state)) }
  }
}
