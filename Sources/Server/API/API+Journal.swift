import Codec
import Foundation
import Store
import Synchronization
import Units
import Wire

/// The journal itself, for whoever plans a change: read beside whoever writes it.
extension API {
  /// What is read at once: enough that a page costs more than the question for it.
  private static let pageBytes = 1 << 20

  /// A snapshot from before an instant, and the entries after it up to the last durable one.
  ///
  /// They come without the scripts of jobs.
  ///
  /// The machine knows nothing of it: the store's file is read by a connection of its own.
  func journal(_ call: Call) async throws(Refusal) -> Response {
    guard let since = try call.moment("since") else {
      throw Refusal(
        "bad-query", "since when is not said", where: "?since=",
        fix: "write an instant such as 2026-03-01T06:00:00Z")
    }
    let store = controller.store
    let last = store.durable.sequence
    let first = try await reading { () throws(StoreError) in
      try store.snapshotBytes(notAfter: since.instant)
    }
    let place = Mutex(Place(after: first.sequence))
    return Reply.bytes {
      if place.withLock({ $0.begin() }) {
        return JournalStream.encoded(.snapshot(first.content))
      }
      let after = place.withLock { $0.after }
      guard after < last else {
        return place.withLock({ $0.end() }) ? JournalStream.encoded(nil) : []
      }
      let page = try await self.reading { () throws(StoreError) in
        try store.entryBytes(after: after, upTo: last, most: Self.pageBytes)
      }
      place.withLock { $0.after += UInt64(page.count) }
      var bytes: [UInt8] = []
      bytes.reserveCapacity(Self.pageBytes + page.count * 5 + 1024)
      for entry in page {
        bytes += JournalStream.encoded(.entry(try Self.withoutScript(entry)))
      }
      return bytes
    }
  }

  /// An entry without what a job runs: scripts and environments are for their owners' eyes.
  private static func withoutScript(_ content: [UInt8]) throws -> [UInt8] {
    var entry = try JournalEntry(decoding: content)
    guard case .submission(let request, let count, _) = entry.draft.input else { return content }
    entry.draft.input = .submission(request, count: count, spec: [])
    return entry.encoded
  }

  /// How far a stream has come.
  private struct Place {
    var after: UInt64
    private var hasBegun = false
    private var hasEnded = false

    init(after: UInt64) { self.after = after }

    /// True the first time.
    mutating func begin() -> Bool {
      defer { hasBegun = true }
      return !hasBegun
    }

    /// True the first time.
    mutating func end() -> Bool {
      defer { hasEnded = true }
      return !hasEnded
    }
  }

  // MARK: Changes of the policy

  func policyChanges(_ call: Call) async throws(Refusal) -> Response {
    let store = controller.store
    let changes = try await reading { () throws(StoreError) in try store.policyChanges() }
    var bytes: [UInt8] = []
    for change in changes {
      do { bytes += try WireJSON.encode(PolicyChangeRow(change)) } catch {
        throw Refusal("bad-answer", "a change can't be written: \(error)", fix: "report this")
      }
      bytes.append(UInt8(ascii: "\n"))
    }
    return Reply.text(bytes, type: "application/jsonl")
  }

  func policyChange(_ call: Call) async throws(Refusal) -> Response {
    let store = controller.store
    let number = call.words.first.flatMap { UInt64($0) }
    let file = try await reading { () throws(StoreError) in
      try number.flatMap { (number) throws(StoreError) in try store.policyFile(ofEntry: number) }
    }
    guard let file else {
      throw Refusal(
        "no-such-change", "entry \(call.words.first ?? "") is no change of the policy",
        where: "address", fix: "see 'gpolicy history'")
    }
    return Reply.text(file, type: "application/yaml")
  }
}

extension PolicyChangeRow {
  /// A change as the store keeps it.
  init(_ change: KeptPolicyChange) {
    self.init(
      entry: change.entry, at: Moment(change.instant), by: change.author, reason: change.reason,
      policy: change.policy)
    digest = change.digest
    plan = change.plan
    summary = change.summary
    broken = change.broken
    restored = change.restored
  }
}
