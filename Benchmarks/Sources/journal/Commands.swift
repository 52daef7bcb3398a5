internal import ArgumentParser
import Cluster
import Codec
import Control
import Dispatch
import Foundation
import Store
import Synchronization
import Units

/// Writes the journal; tells how many entries became durable in a second.
struct AppendCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "append", abstract: "Writes a journal, and tells the rate of durable entries.")

  @Argument(help: "The file to make.")
  var file: String

  @Option(help: "How many entries.")
  var entries = 1_000_000

  @Option(help: "How many jobs are live.")
  var live = 120_000

  @Option(help: "How many appends wait for their answer at a time: 1 is one client.")
  var waiting = 1000

  @Option(help: "After how many entries a snapshot is taken.")
  var snapshotEvery: UInt64 = 50_000

  func run() throws {
    let cluster = try BusyCluster(live: live, entries: entries)
    var options = SQLiteStore.Options()
    options.snapshotEvery = snapshotEvery
    let store = try SQLiteStore.create(
      at: file, cluster.opening, cluster.idle, options: options)
    let room = DispatchSemaphore(value: waiting)
    let failure = Mutex<StoreError?>(nil)
    let clock = ContinuousClock()
    let began = clock.now
    for draft in cluster {
      room.wait()
      store.append(draft) { answer in
        if case .failure(let error) = answer { failure.withLock { $0 = $0 ?? error } }
        room.signal()
      }
    }
    for _ in 0..<waiting { room.wait() }
    for _ in 0..<waiting { room.signal() }
    let span = clock.now - began
    store.close()
    if let error = failure.withLock({ $0 }) { throw error }
    let seconds = span / .seconds(1)
    let size = try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int ?? 0
    print(
      "\(entries) entries, \(waiting) waiting: \(Int(Double(entries) / seconds)) a second,",
      "\(size / entries) bytes an entry in the file")
  }
}

/// Opens the journal as a controller does that was stopped.
struct RecoverCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recover", abstract: "Opens a journal, and tells how long that took.")

  @Argument(help: "The journal.")
  var file: String

  func run() throws {
    let clock = ContinuousClock()
    let began = clock.now
    let (store, recovery) = try SQLiteStore.open(at: file)
    let span = clock.now - began
    print(
      "\(recovery.state.jobs.count) live jobs after entry \(recovery.sequence), of which",
      "\(recovery.entriesRead) were read after the snapshot: \(span)")
    let resuming = clock.now
    let machine = ControlMachine(
      resuming: recovery.state, plannedAt: recovery.lastPlan ?? .distantPast)
    print("a machine that resumes it: \(clock.now - resuming), \(machine.planCount) plans")
    let snapshot = Snapshot(
      after: recovery.sequence, at: recovery.instant, lastPlan: nil, recovery.state)
    let encoding = clock.now
    let bytes = snapshot.encoded
    let decoding = clock.now
    _ = try Snapshot(decoding: bytes)
    print(
      "a snapshot of \(bytes.count) bytes: written in \(decoding - encoding),",
      "read in \(clock.now - decoding)")
    store.close()
  }
}

/// Checks the journal from end to end.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Checks a journal, and tells how long that took.")

  @Argument(help: "The journal.")
  var file: String

  func run() throws {
    let clock = ContinuousClock()
    let began = clock.now
    let check = try JournalCheck(of: file)
    print(
      "entries \(check.first) to \(check.last), \(check.faults.count) faults:",
      "\(clock.now - began)")
  }
}
