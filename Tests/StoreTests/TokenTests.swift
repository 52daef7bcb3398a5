import Codec
import Store
import Testing
import Units

@Suite struct `The tokens of a store` {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static func token(_ id: String, of subject: String, _ from: Instant) -> TokenRecord {
    TokenRecord(
      id: id, subject: subject, role: "user", account: id == "b" ? "uni" : nil, issued: from,
      expires: from + .seconds(id == "c" ? 10 : 60))
  }

  @Test func `are kept with who made and revoked them, and made again from the journal`()
    async throws
  {
    let world = try StoredWorld(seed: 3)
    let store = try await world.store(at: folder.path("journal.sqlite"))
    let start = world.entries[world.entries.count - 1].instant
    let changes: [TokenChange] = [
      .issued(Self.token("a", of: "ada", start)), .issued(Self.token("b", of: "bob", start)),
      .issued(Self.token("c", of: "ada", start)), .revoked(["a", "none"]), .revoked(["a", "b"]),
    ]
    for (second, change) in changes.enumerated() {
      let draft = JournalEntry.Draft(
        at: start + .seconds(Int64(second)), from: "author \(second)", .tokens(change))
      _ = try await store.append(draft)
    }
    let kept = try store.tokens(expiringAfter: start)
    #expect(kept.map(\.record.id) == ["a", "b", "c"])
    #expect(kept.map(\.record.account) == [nil, "uni", nil])
    #expect(kept.map(\.author) == ["author 0", "author 1", "author 2"])
    // Who was revoked twice was revoked the first time.
    #expect(kept.map { $0.revocation?.author } == ["author 3", "author 4", nil])
    #expect(kept[0].revocation?.instant == start + .seconds(3))
    #expect(try store.tokens(of: "ada", expiringAfter: start).map(\.record.id) == ["a", "c"])
    #expect(try store.tokens(expiringAfter: start + .seconds(10)).map(\.record.id) == ["a", "b"])
    try store.rebuildAccounting()
    #expect(try store.tokens(expiringAfter: start) == kept)
    #expect(StoredWorld.bytes(of: store.durable.state) == StoredWorld.bytes(of: world.last))
    store.close()
  }
}
