import Codec
import Foundation
import GRDB
import Store
import Testing
import Units

@Suite struct `The check of a journal` {
  private let folder: TemporaryFolder
  private var path: String { folder.path("journal.sqlite") }

  init() throws { folder = try TemporaryFolder() }

  private func written(_ count: Int = 40) async throws -> StoredWorld {
    let world = try StoredWorld(seed: 11)
    try await world.store(at: path, upTo: count).close()
    return world
  }

  @Test func `finds nothing where nothing was changed, accounts included`() async throws {
    let world = try await written()
    let check = try JournalCheck(of: path)
    #expect(check.faults == [] && check.comparedAccounting && check.snapshots == 1)
    #expect(check.first == 1 && check.last == 40 && world.entries.count > 40)
  }

  @Test func `finds any changed byte of any entry, and says which and of when`() async throws {
    let world = try await written()
    var random = SeededGenerator(seed: 5)
    for number in 1...40 {
      let copy = folder.path("\(number).sqlite")
      try FileManager.default.copyItem(atPath: path, toPath: copy)
      let raw = try RawJournal(copy)
      var content = try raw.bytes("SELECT content FROM entry WHERE sequence = \(number)")
      content[random.below(content.count)] ^= UInt8(1 << random.below(8))
      try raw.change(
        "UPDATE entry SET content = ? WHERE sequence = ?", [Data(content), number])
      let faults = try JournalCheck(of: copy).faults
      #expect(faults.first?.sequence == UInt64(number) && faults.first?.code == .damaged)
      #expect(faults.first?.instant == world.entries[number - 1].instant)
    }
  }

  @Test func `finds any changed byte of the file that an entry lies in`() async throws {
    _ = try await written()
    let raw = try RawJournal(path)
    var random = SeededGenerator(seed: 6)
    for _ in 0..<20 {
      let number = 1 + random.below(40)
      let content = Data(try raw.bytes("SELECT content FROM entry WHERE sequence = \(number)"))
      var file = try Data(contentsOf: URL(filePath: path))
      let place = try #require(file.range(of: content))
      file[place.lowerBound + random.below(content.count)] ^= 0x10
      let copy = folder.path("\(random.next()).sqlite")
      try file.write(to: URL(filePath: copy))
      let faults = try JournalCheck(of: copy).faults
      #expect(faults.first?.sequence == UInt64(number), "\(faults)")
    }
  }

  /// What is changed, and of which entries that is told; nil: of none.
  private static let changes: [(change: String, sequences: [UInt64?])] = [
    ("UPDATE entry SET hash = zeroblob(32) WHERE sequence = 7", [7, 8]),
    ("DELETE FROM entry WHERE sequence = 7", [7]),
    ("DELETE FROM entry WHERE sequence = 40", [40]),
    ("DELETE FROM entry WHERE sequence = 1", [1, 1]),
    ("UPDATE entry SET instant = instant + 1 WHERE sequence = 7", [7]),
    ("UPDATE entry SET epoch = 9 WHERE sequence = 40", [40]),
    ("UPDATE head SET hash = zeroblob(32)", [40]), ("UPDATE head SET sequence = 41", [41]),
    ("UPDATE snapshot SET content = zeroblob(100)", [1]),
    ("UPDATE snapshot SET instant = 5", [1]),
    ("UPDATE job SET charged = charged + 1 WHERE number = 1", [nil]),
    ("INSERT INTO charge VALUES (3, 0, 1)", [nil]), ("UPDATE account SET path = 'me'", [nil]),
  ]

  @Test(arguments: changes)
  func `finds what was changed by hand`(change: String, sequences: [UInt64?]) async throws {
    _ = try await written()
    try RawJournal(path).change(change)
    #expect(try JournalCheck(of: path).faults.map(\.sequence) == sequences)
  }

  @Test func `finds an entry that was replaced with its hash, by the next one`() async throws {
    let world = try await written()
    let forged = JournalEntry(sequence: 9, epoch: 1, world.entries[0])
    try RawJournal(path).change(
      """
      UPDATE entry SET content = ?, instant = 0, hash = zeroblob(32) WHERE sequence = 9
      """, [Data(forged.encoded)])
    #expect(try JournalCheck(of: path).faults.map(\.sequence).prefix(2) == [9, 10])
  }

  @Test(.timeLimit(.minutes(20)))
  func `ends with a report or an error, whatever has become of the file`() async throws {
    _ = try await written()
    let file = try Data(contentsOf: URL(filePath: path))
    var random = SeededGenerator(seed: 77)
    var found = 0
    for round in 0..<300 {
      var spoilt = file
      for _ in 0...random.below(3) { spoilt[random.below(file.count)] ^= UInt8(random.below(256)) }
      let copy = folder.path("spoilt.sqlite")
      try? FileManager.default.removeItem(atPath: copy)
      try spoilt.write(to: URL(filePath: copy))
      do {
        if try !JournalCheck(of: copy).faults.isEmpty { found += 1 }
      } catch {
        #expect(!error.what.isEmpty && !error.fix.isEmpty, "round \(round): \(error)")
        found += 1
      }
      do {
        let (store, recovery) = try SQLiteStore.open(at: copy)
        #expect(recovery.sequence == 40)
        store.close()
      } catch {
        #expect(!error.what.isEmpty && !error.fix.isEmpty, "round \(round): \(error)")
      }
    }
    // Most of a small file is room that nothing lies in.
    #expect(found > 30)
  }

  @Test(arguments: [
    "UPDATE entry SET content = 5 WHERE sequence = 7",
    "UPDATE entry SET instant = 'then' WHERE sequence = 7",
    "UPDATE entry SET hash = 1.5 WHERE sequence = 7", "UPDATE head SET hash = 3",
    "UPDATE head SET base = 'x'", "UPDATE snapshot SET content = 'y'",
    "UPDATE job SET account = 70000 WHERE number = 1", "UPDATE projection SET marks = x'00'",
    "UPDATE entry SET sequence = -1 WHERE sequence = 7",
    "UPDATE snapshot SET sequence = -1", "UPDATE head SET sequence = -1",
  ])
  func `ends with a report or an error, whatever stands in a column`(change: String) async throws {
    _ = try await written()
    try RawJournal(path).change(change)
    do {
      // Marks are no row of a day: they aren't compared, but recovery reads them.
      let faults = try JournalCheck(of: path).faults
      #expect(!faults.isEmpty || change.contains("marks"))
    } catch {
      #expect(!error.what.isEmpty && !error.fix.isEmpty)
    }
    if let (store, _) = try? SQLiteStore.open(at: path) { store.close() }
  }

  @Test func `is made at recovery as well, of the entries that are read`() async throws {
    _ = try await written()
    try RawJournal(path).change(
      "UPDATE entry SET content = zeroblob(20) WHERE sequence = 12")
    let error = #expect(throws: StoreError.self) { try SQLiteStore.open(at: path) }
    #expect(error?.code == .damaged && error?.sequence == 12)
    #expect("\(try #require(error))".contains("entry 12: its bytes"))
  }
}
