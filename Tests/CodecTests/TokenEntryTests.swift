import Codec
import TestFiles
import Testing
import Units

@Suite struct `An entry of tokens` {
  private static let now = Instant(milliseconds: 1_700_000_000_000)

  private static let changes: [TokenChange] = [
    .issued(
      TokenRecord(
        id: "5f", subject: "ada", role: "user", issued: now, expires: now + .seconds(60))),
    .issued(
      TokenRecord(
        id: "é\u{0}", subject: "n[0-7]", role: "agent", account: "uni", issued: .distantPast,
        expires: .distantFuture)), .revoked([]), .revoked(["5f", ""]),
  ]

  private static func entry(_ change: TokenChange) -> JournalEntry {
    JournalEntry(
      sequence: 7, epoch: 2, JournalEntry.Draft(at: now, from: "op (operator)", .tokens(change)))
  }

  @Test(arguments: changes) func `comes back from its bytes`(change: TokenChange) throws {
    let entry = Self.entry(change)
    let decoded = try JournalEntry(decoding: entry.encoded)
    #expect(decoded == entry)
    #expect(decoded.encoded == entry.encoded)
  }

  /// What stands behind version, place, instant, author and plan: nothing of it ever changes.
  @Test func `is written in bytes that never change`() {
    let bytes = Self.entry(Self.changes[0]).encoded.hexadecimal
    #expect(bytes.hasSuffix("030235660361646104757365720000c0a90700"), "\(bytes)")
    #expect(Self.entry(Self.changes[3]).encoded.hexadecimal.hasSuffix("0402023566" + "0000"))
  }

  @Test func `is nothing that the machine is told`() throws {
    let input = try Self.entry(Self.changes[0]).draft.input.input(
      readingPolicy: { _ in throw CancellationError() }, fleet: { _ in throw CancellationError() })
    #expect(input == nil)
  }
}
