import Cluster
import Codec
import Foundation
import Store
import Testing
import Units

@Suite struct `Whatever fails, what was answered is kept:` {
  private let folder: TemporaryFolder
  private var path: String { folder.path("journal.sqlite") }

  init() throws { folder = try TemporaryFolder() }

  /// What is there must be whole, a prefix of the world's entries, and hold all that was answered.
  private func expectPrefix(
    _ path: String, of world: StoredWorld, atLeast answered: UInt64,
    _ location: SourceLocation = #_sourceLocation
  ) throws {
    let check = try JournalCheck(of: path)
    #expect(check.faults == [], sourceLocation: location)
    #expect(check.last >= answered, sourceLocation: location)
    let (store, recovery) = try SQLiteStore.open(at: path)
    var expected = world.idle
    for entry in world.entries[..<Int(recovery.sequence)] {
      for event in entry.events { expected.apply(event) }
    }
    #expect(
      StoredWorld.bytes(of: recovery.state) == StoredWorld.bytes(of: expected),
      sourceLocation: location)
    store.close()
  }

  @Test func `a write that fails`() throws {
    struct DiskIsGone: Error {}
    let world = try StoredWorld(seed: 20)
    for failing in [2, 9, 31] as [UInt64] {
      let path = folder.path("\(failing).sqlite")
      var options = SQLiteStore.Options()
      options.beforeCommit = { if $0 >= failing { throw DiskIsGone() } }
      let store = try SQLiteStore.create(at: path, world.entries[0], world.idle, options: options)
      let answers = Answers()
      for entry in world.entries.dropFirst() {
        store.append(entry, whenDurable: answers.note)
        // Some wait for the ones before, so that there are several groups.
        if entry.instant.milliseconds % 3 == 0 { while answers.all.isEmpty {} }
      }
      store.close()
      #expect(answers.all.count == world.entries.count - 1)
      #expect(answers.durable.allSatisfy { $0 < failing })
      #expect(Set(answers.failures.map(\.code)) == [.failed])
      try expectPrefix(path, of: world, atLeast: answers.durable.last ?? 1)
    }
  }

  @Test func `a disk that is full`() throws {
    let world = try StoredWorld(seed: 21)
    var options = SQLiteStore.Options()
    options.sizeLimit = 128 * 1024
    let store = try SQLiteStore.create(at: path, world.entries[0], world.idle, options: options)
    let answers = Answers()
    let last = world.entries[world.entries.count - 1].instant
    for entry in world.entries.dropFirst() { store.append(entry, whenDurable: answers.note) }
    let big = JournalEntry.Draft(at: last, .policyFile(Array(repeating: 1, count: 20_000)))
    for _ in 0..<20 { store.append(big, whenDurable: answers.note) }
    store.close()
    #expect(answers.failures.first?.code == .full)
    #expect(answers.all.count == world.entries.count + 19)
    let check = try JournalCheck(of: path)
    #expect(check.faults == [] && check.last >= answers.durable.last ?? 1)
    let (again, recovery) = try SQLiteStore.open(at: path)
    #expect(recovery.sequence == check.last)
    #expect(again.append(big) { _ in } == check.last + 1)
    again.close()
  }

  /// Everything but the log is on the disk; the log ends or is spoilt anywhere.
  @Test func `a log that is torn`() async throws {
    let world = try StoredWorld(seed: 22)
    let store = try SQLiteStore.create(at: path, world.entries[0], world.idle)
    for entry in world.entries[1..<30] { _ = try await store.append(entry) }
    let log = try Data(contentsOf: URL(filePath: path + "-wal"))
    #expect(log.count > 10_000)
    var random = SeededGenerator(seed: 9)
    for round in 0..<25 {
      let copy = try folder.copyAsCrashed(path, to: "torn\(round).sqlite")
      var torn = log
      if round % 2 == 0 {
        torn = torn.prefix(32 + random.below(log.count - 32))
      } else {
        torn[32 + random.below(log.count - 32)] ^= 1
      }
      try torn.write(to: URL(filePath: copy + "-wal"))
      try expectPrefix(copy, of: world, atLeast: 1)
    }
    let whole = try folder.copyAsCrashed(path, to: "whole.sqlite")
    try expectPrefix(whole, of: world, atLeast: 30)
    store.close()
  }

  @Test func `a machine that stops at any commit`() async throws {
    let world = try StoredWorld(seed: 23)
    let answers = Answers()
    let copies = CrashCopies(folder, path)
    var options = SQLiteStore.Options()
    options.snapshotEvery = 20
    options.beforeCommit = { number in try copies.take(answers.durable.last ?? 1, before: number) }
    let store = try SQLiteStore.create(at: path, world.entries[0], world.idle, options: options)
    for (index, entry) in world.entries.dropFirst().enumerated() {
      store.append(entry, whenDurable: answers.note)
      if index % 5 == 0 { while answers.durable.count < index { await Task.yield() } }
    }
    store.close()
    #expect(copies.all.count > 10)
    for (copy, answered) in copies.all { try expectPrefix(copy, of: world, atLeast: answered) }
  }

  /// The system itself refuses to write on: whoever would make the file larger is told so.
  @Test func `a process whose disk takes no more`() throws {
    let program = try WriterProcess.find()
    let kilobytes = 900
    // Where its errors go to a file, that may be too large already.
    let script = "trap '' XFSZ; ulimit -f \(kilobytes); exec \"$0\" \"$1\" 2>/dev/null"
    let writer = try WriterProcess(URL(filePath: "/bin/bash"), ["-c", script, program.path, path])
    let answered = try #require(try writer.waitForEnd())
    #expect(answered > 100)
    let check = try JournalCheck(of: path)
    #expect(check.faults == [] && check.last >= answered)
    let (store, recovery) = try SQLiteStore.open(at: path)
    #expect(recovery.sequence >= answered)
    recovery.state.checkInvariants()
    store.close()
  }

  @Test func `a process that is killed`() throws {
    let program = try WriterProcess.find()
    var random = SeededGenerator(seed: UInt64(ProcessInfo.processInfo.processIdentifier))
    var answered: UInt64 = 0
    for round in 0..<8 {
      let writer = try WriterProcess(program, [path])
      let last = try writer.kill(after: 1 + random.below(400))
      if let last {
        #expect(last > answered, "round \(round)")
        answered = last
      }
      let check = try JournalCheck(of: path)
      #expect(check.faults == [] && check.last >= answered, "round \(round)")
    }
    let (store, recovery) = try SQLiteStore.open(at: path)
    #expect(recovery.sequence >= answered && store.epoch == 9)
    recovery.state.checkInvariants()
    store.close()
  }
}
