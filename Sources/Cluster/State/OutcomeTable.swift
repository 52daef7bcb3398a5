import Jobs
import Units

/// How jobs that are over have ended, by number: dependencies ask for it.
///
/// A byte a job, in chunks, so that a change under a held copy copies one chunk.
struct OutcomeTable: Hashable, Sendable {
  private static let chunkSize = 4096
  private static let none: UInt8 = .max

  private var chunks: [[UInt8]] = []

  subscript(id: JobID) -> JobOutcome? {
    get {
      let (chunk, slot) = (Int(id.number) / Self.chunkSize, Int(id.number) % Self.chunkSize)
      guard chunk < chunks.count else { return nil }
      return JobOutcome(rawValue: chunks[chunk][slot])
    }
    set {
      let (chunk, slot) = (Int(id.number) / Self.chunkSize, Int(id.number) % Self.chunkSize)
      while chunks.count <= chunk {
        chunks.append(Array(repeating: Self.none, count: Self.chunkSize))
      }
      chunks[chunk][slot] = newValue?.rawValue ?? Self.none
    }
  }
}
