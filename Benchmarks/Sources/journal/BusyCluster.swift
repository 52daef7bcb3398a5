import Cluster
import Codec
import Control
import Fleet
import Jobs
import Policy
import Units

/// A fleet of 12,500 nodes of 8 with as many live jobs as asked for, a sixth of them running.
///
/// Once they are all there, the job that has run longest ends, the next one starts in its place,
/// and another is submitted: two entries.
struct BusyCluster: Sequence, IteratorProtocol {
  /// A job holds half a node: there is room for 25,000.
  private let running: UInt32

  let idle: ClusterState
  let opening = JournalEntry.Draft(
    at: Instant(milliseconds: 1_700_000_000_000), from: "operator",
    .opened(fleet: Array("12500x8".utf8), policy: Array("fcfs".utf8)))

  private let live: Int
  private var left: Int
  private var submitted: UInt32 = 0
  private var started: UInt32 = 0
  private var ended: UInt32 = 0
  private var now: Instant
  private var isSubmission = true

  init(live: Int, entries: Int) throws {
    idle = ClusterState(
      topology: try Topology.flat(nodes: 12_500, accelerators: 8),
      policy: ClusterPolicy(name: "fcfs"))
    self.live = live
    running = UInt32(Swift.max(1, Swift.min(25_000, live / 6)))
    left = entries - 1
    now = opening.instant
  }

  mutating func next() -> JournalEntry.Draft? {
    guard left > 0 else { return nil }
    left -= 1
    now = now + TimeSpan(milliseconds: 40)
    if submitted < live || isSubmission {
      isSubmission = submitted < live
      return submit()
    }
    isSubmission = true
    return finish()
  }

  /// Ten shapes of four accelerators in all, so that each can stand where another stood.
  private func request(_ number: UInt32) -> JobRequest {
    let shape = GangShape(
      members: 1, member: MemberShape(accelerators: 4),
      closeness: number % 10 < 5 ? .closest : .within(.leaf))
    return JobRequest(shape: shape, timeLimit: .seconds(3600 + Int64(number % 10) * 600))
  }

  private func start(_ number: UInt32) -> Event {
    let place = (number - 1) % running
    let slice = NodeSlice(
      node: NodeID(place / 2), accelerators: place.isMultiple(of: 2) ? 0x0F : 0xF0)
    return .started(JobID(number), AttemptNumber(1), Allocation(slices: [slice]), at: now)
  }

  private mutating func submit() -> JournalEntry.Draft {
    submitted += 1
    let request = request(submitted)
    var events = [Event.submitted(JobID(submitted), request, at: now)]
    if started < running {
      started += 1
      events.append(start(submitted))
    }
    return JournalEntry.Draft(
      at: now, from: "user\(submitted % 97)", .told(.submit(request)), events: events,
      lastPlan: now)
  }

  private mutating func finish() -> JournalEntry.Draft {
    ended += 1
    started += 1
    return JournalEntry.Draft(
      at: now, from: "agent", .told(.tasksGone(JobID(ended), AttemptNumber(1), .finished)),
      events: [.ended(JobID(ended), .completed, at: now), start(started)], lastPlan: now)
  }
}
