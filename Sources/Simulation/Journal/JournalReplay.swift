public import Cluster
public import Codec
public import Control
import Fleet
public import Policy
public import PolicyFiles
public import Scheduling
import Units

/// Feeds the inputs of a daemon's journal to a fresh machine, and compares the events.
///
/// A daemon that was restarted went on with a machine made from its state; that one decides as the
/// one before would have, so the machine here goes on as if nothing had been.
public struct JournalReplay: Sendable {
  /// An entry whose input leads to other events here than those that stand in the journal.
  public struct Difference: Error, Hashable, Sendable {
    /// The entry.
    public var entry: JournalEntry
    /// What its input led to here.
    public var events: [Event]

    /// The place among its events of the first that differs, from 0 on.
    public var place: Int {
      zip(entry.draft.events, events).enumerated().first { $0.element.0 != $0.element.1 }?.offset
        ?? min(entry.draft.events.count, events.count)
    }
  }

  /// Why a journal can't be replayed.
  public enum Fault: Error, Sendable {
    /// It begins with something else than the files that opened it.
    case beginsWithout(JournalEntry)
    /// A file in it can't be read by this version.
    case file(PolicyFileError, entry: UInt64)
    /// It was made otherwise.
    case difference(Difference)
  }

  /// The machine, after the last entry.
  public private(set) var machine: ControlMachine

  /// How many entries were replayed, the first included.
  public private(set) var entries = 1

  /// How many events they led to.
  public private(set) var events = 0

  private var effects: [Effect] = []

  /// Begins with the entry that opens a journal.
  ///
  /// - Parameter change: makes another policy of each that is read: for tests, which must find
  ///   that the replay differs.
  /// - Throws: `Fault` where it doesn't, or holds files that can't be read.
  public init(
    opening entry: JournalEntry, change: @Sendable (inout ClusterPolicy) -> Void = { _ in }
  ) throws(Fault) {
    guard case .opened(let fleet, let policy) = entry.draft.input else {
      throw .beginsWithout(entry)
    }
    let topology = try Self.fleet(fleet, entry.sequence)
    var rules = try Self.policy(policy, entry.sequence)
    change(&rules)
    machine = ControlMachine(
      resuming: ClusterState(topology: topology, policy: rules, at: entry.draft.instant),
      plannedAt: .distantPast)
  }

  /// Takes the next entry.
  ///
  /// - Throws: `Fault.difference` where its events are not those that it leads to here.
  /// - Returns: what was decided, in order.
  @discardableResult
  public mutating func take(_ entry: JournalEntry) throws(Fault) -> [Decision] {
    let sequence = entry.sequence
    let input = try entry.draft.input.input(
      readingPolicy: { (bytes) throws(Fault) in try Self.policy(bytes, sequence) },
      fleet: { (bytes) throws(Fault) in try Self.fleet(bytes, sequence) })
    guard let input else {
      guard case .tokens = entry.draft.input else { throw .beginsWithout(entry) }
      entries += 1
      return []
    }
    effects.removeAll(keepingCapacity: true)
    machine.handle(input, at: entry.draft.instant, into: &effects)
    var made: [Event] = []
    var decisions: [Decision] = []
    for effect in effects {
      switch effect {
      case .append(let event): made.append(event)
      case .record(let decision): decisions.append(decision)
      case .accepted, .acceptedArray, .rejected, .refused, .launch, .signal, .resize, .terminate,
        .wake:
        break
      }
    }
    guard made == entry.draft.events else {
      throw .difference(Difference(entry: entry, events: made))
    }
    entries += 1
    events += made.count
    return decisions
  }

  /// Goes on with a machine made from the state, as a daemon does that was started again.
  ///
  /// It leads to the same events; the new planner says anew why jobs wait.
  public mutating func restart() {
    machine = ControlMachine(resuming: machine.state, plannedAt: machine.lastPlan)
  }

  private static func policy(_ bytes: [UInt8], _ entry: UInt64) throws(Fault) -> ClusterPolicy {
    do throws(PolicyFileError) {
      return try PolicyFile.decode(String(decoding: bytes, as: UTF8.self), file: "policy")
    } catch {
      throw .file(error, entry: entry)
    }
  }

  private static func fleet(_ bytes: [UInt8], _ entry: UInt64) throws(Fault) -> Topology {
    do throws(PolicyFileError) {
      return try FleetFile.decode(String(decoding: bytes, as: UTF8.self), file: "fleet")
    } catch {
      throw .file(error, entry: entry)
    }
  }
}
