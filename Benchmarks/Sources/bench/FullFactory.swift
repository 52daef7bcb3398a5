import Accounts
import Cluster
import Control
import Fleet
import Foundation
import Jobs
import Policy
import PolicyFiles
import Units

/// A factory at work: 100,000 accelerators, all held by some 20,000 running jobs, and any number of
/// jobs that wait, all submitted to a `ControlMachine`.
///
/// The fleet is that of `Policies/fleets/bench-100k.yaml`, the policy `Policies/gigafactory.yaml`
/// with 500 users below its projects; its windows lie on pods of this fleet, and its power budgets,
/// which are about sites that this fleet does not have, are left out. Every member holds more
/// than its entitlement but for `electra`, which holds 2,000 of the 10,000 accelerators that it may
/// have: all that it lends is lent. Each of the other users waits for some ten of 2,000 shapes.
struct FullFactory {
  private(set) var machine: ControlMachine
  private(set) var now = Instant(milliseconds: 1_792_022_400_000)
  private(set) var effects: [Effect] = []
  private var random: SeededGenerator

  /// The jobs that run, in no order.
  private(set) var running: [(id: JobID, attempt: AttemptNumber)] = []

  /// What those who wait have asked for, a request for each class.
  private(set) var classes: [JobRequest] = []

  /// The users below each project, and the mode they run under.
  private let users: [(member: String, mode: ModeID, account: AccountID)]

  private static let hours = [8, 10, 12, 24, 36, 48]

  /// A full fleet, and nobody who waits.
  init(seed: UInt64 = 1) throws {
    random = SeededGenerator(seed: seed)
    let text = try String(contentsOfFile: "Policies/gigafactory.yaml", encoding: .utf8)
    var policy = try PolicyFile.decode(text, file: "gigafactory.yaml")
    users = Self.addUsers(500, to: &policy)
    policy.windows[0].places = ["p9"]
    policy.windows[1].places = ["p0", "p1"]
    policy.power = []
    policy.chargeRates = []
    machine = ControlMachine(topology: try PlacementStream.topology(), policy: policy)
    fill()
    fillClasses()
  }

  /// Hands in an input a tenth of a second after the last one; gives the CPU time that it took.
  @discardableResult
  mutating func handle(_ input: Input) -> Int {
    now = now + TimeSpan(milliseconds: 100)
    effects.removeAll(keepingCapacity: true)
    let start = processorNanoseconds()
    machine.handle(input, at: now, into: &effects)
    let spent = processorNanoseconds() - start
    for effect in effects {
      if case .launch(let id, let attempt, _) = effect { running.append((id, attempt)) }
    }
    return spent
  }

  /// Lets so many jobs wait, the classes in turn.
  mutating func submit(pending count: Int) {
    for index in 0..<count {
      // A million in three and a half hours.
      if index % 8 != 0 { now = now + TimeSpan(milliseconds: -100) }
      handle(.submit(classes[index % classes.count]))
    }
  }

  /// One of the jobs that run, which is taken out of the list.
  mutating func anyRun() -> (id: JobID, attempt: AttemptNumber) {
    running.swapAt(random.below(running.count), running.count - 1)
    return running.removeLast()
  }

  /// One of the classes.
  mutating func anyClass() -> JobRequest { classes[random.below(classes.count)] }

  /// A number below another.
  mutating func below(_ bound: Int) -> Int { random.below(bound) }

  /// 4,000 accelerators for the member that has lent most of its part: 500 nodes, twenty to a leaf.
  func reclaim() -> JobRequest {
    var closeness = Closeness()
    closeness.segments[.leaf] = 20
    let shape = GangShape(
      members: 500, member: MemberShape(accelerators: 8), closeness: closeness)
    var request = JobRequest(shape: shape, timeLimit: .seconds(24 * 3600))
    let electra = users.first { $0.member == "electra" }
    request.account = electra?.account ?? .root
    request.mode = electra?.mode ?? ModeID(0)
    return request
  }

  // MARK: The beginning

  private static func addUsers(
    _ count: Int, to policy: inout ClusterPolicy
  ) -> [(member: String, mode: ModeID, account: AccountID)] {
    let projects = policy.accounts.accounts.indices.map { AccountID(UInt16($0)) }
      .filter(policy.accounts.isLeaf)
    let modes: [(String, String)] = [
      ("union/ai-factory/playground", "playground"), ("union/ai-factory/fast-lane", "fast-lane"),
      ("union/ai-factory/large-scale", "large-scale"), ("union/science", "science"),
      ("union/eurohpc", "regular"),
    ]
    return (0..<count).map { number in
      let project = projects[number % projects.count]
      let path = policy.accounts.path(of: project)
      let mode = modes.first { $0.0 == path }?.1 ?? "member"
      let member = policy.accounts[policy.accounts.member(of: project)].name
      let account = policy.accounts.add(
        Account(name: "u\(number)", kind: .user, parent: project))
      let index = policy.modes.firstIndex { $0.name == mode } ?? 0
      return (member, ModeID(UInt8(index)), account)
    }
  }

  /// Starts jobs of 1 to 12 accelerators, and some large ones, until nothing is free.
  private mutating func fill() {
    let sizes = [1, 1, 1, 1, 1, 2, 2, 2, 4, 4, 8, 8, 12, 12]
    let parts = [
      ("electra", 2_000), ("union", 37_500), ("romania", 21_500), ("carpatel", 16_000),
      ("politehnica", 11_000), ("napoca", 7_000), ("bucovina", 5_000),
    ]
    for (member, part) in parts {
      let users = users.filter { $0.member == member }
      var left = part
      var failures = 0
      while left > 0, failures < 10_000, machine.state.occupancy.freeAccelerators > 0 {
        var size = sizes[random.below(sizes.count)]
        if random.below(500) == 0 { size = 64 << random.below(3) }
        size = min(size, left, machine.state.occupancy.freeAccelerators)
        let user = users[random.below(users.count)]
        let request = request(.accelerators(size, perNode: 8), of: user)
        let before = running.count
        handle(.submit(request))
        if running.count > before {
          left -= size
        } else if case .accepted(let id)? = effects.first(where: Self.isAccepted) {
          // A limit of its mode, or pieces where it asked for a node.
          handle(.cancel(id))
          failures += 1
        }
      }
    }
  }

  private static func isAccepted(_ effect: Effect) -> Bool {
    if case .accepted = effect { return true }
    return false
  }

  private mutating func request(
    _ shape: GangShape, of user: (member: String, mode: ModeID, account: AccountID)
  ) -> JobRequest {
    let longest = machine.policy.modes[Int(user.mode.number)].longestTime
    let limit = TimeSpan.seconds(Int64(Self.hours[random.below(Self.hours.count)] * 3600))
    var request = JobRequest(shape: shape, timeLimit: min(limit, longest ?? limit))
    request.account = user.account
    request.mode = user.mode
    return request
  }

  /// Ten classes for each user but for those of the member that is idle.
  private mutating func fillClasses() {
    let shapes = Self.shapes()
    for user in users where user.member != "electra" {
      let most = machine.policy.modes[Int(user.mode.number)].largestJob ?? .max
      for _ in 0..<11 {
        // Small ones come more often: the shapes are in order of their sizes.
        let shape = shapes[min(random.below(shapes.count), random.below(shapes.count))]
        guard shape.acceleratorCount <= most else { continue }
        classes.append(request(shape, of: user))
      }
    }
  }

  /// 2,000 shapes: up to 62 members of 1 to 8 accelerators, each as close as can be, in one pod, in
  /// one leaf or evenly divided; the smallest first.
  private static func shapes() -> [GangShape] {
    var even = Closeness()
    even.division = .even
    var shapes: [GangShape] = []
    for members in 1...62 {
      for accelerators in 1...8 {
        let member = MemberShape(accelerators: accelerators)
        for closeness in [.closest, .within(.pod), .within(.leaf), even] {
          if members > 32, closeness == .within(.leaf) { continue }
          shapes.append(GangShape(members: members, member: member, closeness: closeness))
        }
      }
    }
    for members in 63...322 {
      shapes.append(GangShape(members: members, member: MemberShape(accelerators: 8)))
    }
    return shapes
  }
}

/// The CPU time that this process has used, in nanoseconds.
func processorNanoseconds() -> Int {
  var time = timespec()
  unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return time.tv_sec * 1_000_000_000 + time.tv_nsec
}

/// The memory that this process holds, in bytes.
func residentBytes() -> Int {
  guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else {
    return 0
  }
  let fields = text.split(separator: " ")
  return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * 4096
}
