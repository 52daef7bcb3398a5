import Cluster
import Codec
import Control
import Dispatch
import Fleet
import Foundation
import Jobs
import Policy
import Store
import Synchronization
import Units

// Appends submissions and starts until it is killed, and prints the number of each entry that it
// was told is durable: store-writer FILE [BYTES THAT THE FILE MAY TAKE]

let arguments = CommandLine.arguments
var options = SQLiteStore.Options()
options.snapshotEvery = 500
if arguments.count > 2 { options.sizeLimit = Int(arguments[2]) }

let topology = try Topology.flat(nodes: 64, accelerators: 8)
let idle = ClusterState(topology: topology, policy: ClusterPolicy(name: "fcfs"))
let isNew = !FileManager.default.fileExists(atPath: arguments[1])
let opening = JournalEntry.Draft(
  at: Instant(milliseconds: 0), from: "writer",
  .opened(fleet: Array("64x8".utf8), policy: Array("fcfs".utf8)))
let store: SQLiteStore
var machine: ControlMachine
var now = Instant(milliseconds: 0)
if isNew {
  store = try SQLiteStore.create(at: arguments[1], opening, idle, options: options)
  machine = ControlMachine(topology: topology, policy: idle.policy)
} else {
  let opened = try SQLiteStore.open(at: arguments[1], options: options)
  store = opened.store
  machine = ControlMachine(
    resuming: opened.recovery.state, plannedAt: opened.recovery.lastPlan ?? .distantPast)
  now = opened.recovery.instant
}

let room = DispatchSemaphore(value: 200)

@MainActor func append(_ input: Input) {
  var effects: [Effect] = []
  machine.handle(input, at: now, into: &effects)
  let events = effects.compactMap { effect in
    if case .append(let event) = effect { event } else { nil }
  }
  room.wait()
  store.append(
    JournalEntry.Draft(
      at: now, from: "writer", .told(input), events: events, lastPlan: machine.lastPlan)
  ) { result in
    switch result {
    case .success(let number):
      FileHandle.standardOutput.write(Data("\(number)\n".utf8))
      room.signal()
    case .failure(let error):
      FileHandle.standardError.write(Data("\(error)\n".utf8))
      exit(1)
    }
  }
}

var random = SeededGenerator(seed: UInt64(max(0, now.milliseconds)))
while true {
  now = now + TimeSpan(milliseconds: Int64(random.below(2_000)))
  let shape = GangShape(
    members: 1 + random.below(4), member: MemberShape(accelerators: 1 + random.below(8)))
  append(.submit(JobRequest(shape: shape, timeLimit: .seconds(600))))
  let running = machine.state.jobs.all.filter { $0.job.lifecycle.run != nil }
  if running.count > 40 {
    let (id, job) = running[random.below(running.count)]
    append(.tasksGone(id, job.lifecycle.run?.attempt ?? AttemptNumber(1), .finished))
  }
}
