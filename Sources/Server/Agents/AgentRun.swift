import Cluster
import Fleet
import Jobs
import Units
import Wire

/// A running attempt as its agents see it: a state for each of its members.
///
/// ```
///   starting ──started──▶ running ──ended──▶ ended
///      │  └───────────────────┼────ended──────▲
///      └──────letGo───────▶ leaving ──ended, or gone──▶ gone ──resized──▶ (no member)
/// ```
///
/// Which members there are and which of them are leaving follows from durable events alone. What
/// agents have said is known again after a restart once they register: they name what they have.
struct AgentRun: Sendable {
  /// One node's slice of the gang.
  struct Member: Sendable {
    /// Where it stands.
    enum Stage: Sendable {
      /// Its agent is told to start it, or will be once it comes.
      case starting
      /// Its agent has said that it runs.
      case running
      /// Its tasks have ended.
      case ended
      /// It is told to go, as the gang is to be smaller.
      case leaving
      /// It has gone; the gang holds its accelerators until all who leave have.
      case gone
    }

    /// Its place in the gang, which stays when the gang changes its size.
    let number: Int
    /// Where it is.
    let node: NodeID
    fileprivate(set) var stage = Stage.starting

    /// Whether the gang goes on with it, or would if it had not ended.
    var isStaying: Bool {
      switch stage {
      case .starting, .running, .ended: true
      case .leaving, .gone: false
      }
    }
  }

  /// Which try.
  let attempt: AttemptNumber
  /// Since when.
  let begun: Instant
  /// When its time limit is over.
  let deadline: Instant
  /// What runs, and for whom; nil where nobody knows.
  let card: SubmissionCard?
  /// What it holds.
  private(set) var allocation: Allocation
  /// The member of each of its slices.
  private(set) var members: [Member]
  /// Whether its members were told to end.
  private(set) var isTerminating: Bool
  /// Whether a member is taken for gone though its agent has not said that it ended: it may have
  /// it, or have been told to launch it once more.
  private(set) var hasLost: Bool

  private var gang: GangMembers
  /// The members' places in the order of their nodes; nil: that is the order in which they stand.
  private var placesByNode: [Int]?
  private var startingCount: Int
  private var leavingCount = 0

  /// An attempt of which nothing was heard yet but what is durable.
  ///
  /// - Parameter isTerminating: whether it was to end already.
  init(
    _ run: JobLifecycle.Run, until deadline: Instant, _ card: SubmissionCard?,
    isTerminating: Bool = false
  ) {
    attempt = run.attempt
    begun = run.started
    allocation = run.allocation
    gang = run.memberNumbers
    self.deadline = deadline
    self.card = card
    self.isTerminating = isTerminating
    hasLost = run.ends?.exit == .lost
    members = zip(gang.numbers, allocation.slices).map { Member(number: Int($0), node: $1.node) }
    startingCount = members.count
    findPlaces()
    for node in run.ends?.nodes ?? [] { _ = ended(on: node) }
    if let keeps = gang.keeps { leave(keeping: keeps) }
  }

  /// Whether not all of its members are known to run, or to have run.
  var isStarting: Bool { startingCount > 0 }

  /// Whether it was ever told to be smaller or larger.
  var hasChangedSize: Bool { gang.resizes > 0 }

  /// The members that are told to go and have not gone yet.
  var leaving: [Member] { leavingCount > 0 ? members.filter { $0.stage == .leaving } : [] }

  /// The resize after which all who were to leave have gone; nil: there is none.
  var finishedResize: UInt32? { gang.keeps != nil && leavingCount == 0 ? gang.resizes : nil }

  /// The place of a member among the slices, by its number.
  ///
  /// O(1) where the gang has never changed its size.
  func place(of number: Int) -> Int? {
    if members.indices.contains(number), members[number].number == number { return number }
    return members.firstIndex { $0.number == number }
  }

  /// The member on a node; nil: it has none there.
  func member(on node: NodeID) -> Member? { place(on: node).map { members[$0] } }

  /// O(log members)
  private func place(on node: NodeID) -> Int? {
    let place: Int
    if let placesByNode {
      let index = placesByNode.partitioningIndex { members[$0].node >= node }
      guard index < placesByNode.count else { return nil }
      place = placesByNode[index]
    } else {
      place = members.partitioningIndex { $0.node >= node }
    }
    return place < members.count && members[place].node == node ? place : nil
  }

  private mutating func findPlaces() {
    let isInOrder = zip(members, members.dropFirst()).allSatisfy { $0.node < $1.node }
    placesByNode =
      isInOrder ? nil : members.indices.sorted { members[$0].node < members[$1].node }
  }

  // MARK: What happens

  /// An agent has said that a member runs.
  mutating func started(_ number: Int) {
    guard let place = place(of: number), members[place].stage == .starting else { return }
    move(place, to: .running)
  }

  /// A member's tasks are gone, by its agent's word.
  ///
  /// - Returns: the resize that is over with that; nil: none is.
  mutating func ended(_ number: Int) -> UInt32? {
    guard let place = place(of: number) else { return nil }
    return ended(at: place)
  }

  /// A member's tasks are gone, by what is durable.
  mutating func ended(on node: NodeID) -> UInt32? {
    guard let place = place(on: node) else { return nil }
    return ended(at: place)
  }

  private mutating func ended(at place: Int) -> UInt32? {
    switch members[place].stage {
    case .starting, .running: move(place, to: .ended)
    case .leaving:
      move(place, to: .gone)
      return finishedResize
    // It is said twice.
    case .ended, .gone: break
    }
    return nil
  }

  /// A member is taken for gone.
  mutating func lost() { hasLost = true }

  /// All are told to end.
  mutating func terminated() { isTerminating = true }

  /// The gang is told to hold no more than this.
  mutating func letGo(keeping allocation: Allocation) {
    gang.letGo(keeping: allocation)
    leave(keeping: allocation)
  }

  private mutating func leave(keeping allocation: Allocation) {
    let kept = allocation.slices.map(\.node).sorted()
    for (place, member) in members.enumerated() where !kept.sortedContains(member.node) {
      move(place, to: member.stage == .ended ? .gone : .leaving)
    }
  }

  /// It holds something else: who has left is no member any more, and new ones are to start.
  mutating func resized(to next: Allocation) {
    let before = members.sorted { $0.number < $1.number }
    gang.resized(from: allocation, to: next)
    allocation = next
    members = zip(gang.numbers, next.slices).map { number, slice in
      let place = before.partitioningIndex { $0.number >= Int(number) }
      let isKnown = place < before.count && before[place].number == Int(number)
      return isKnown ? before[place] : Member(number: Int(number), node: slice.node)
    }
    findPlaces()
    startingCount = members.count { $0.stage == .starting }
    leavingCount = members.count { $0.stage == .leaving }
  }

  private mutating func move(_ place: Int, to stage: Member.Stage) {
    if members[place].stage == .starting { startingCount -= 1 }
    if members[place].stage == .leaving { leavingCount -= 1 }
    if stage == .leaving { leavingCount += 1 }
    members[place].stage = stage
  }
}
