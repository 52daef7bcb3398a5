import Jobs
import Units

/// How jobs that are over have ended, by number: dependencies ask for it.
///
/// A byte a job, in chunks, so that a change under a held copy copies one chunk.
struct OutcomeTable: Hashable, Sendable {
  private static let chunkSize = 4096
  static let none: UInt8 = .max

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

  /// By number, how each job has ended; `none` for those that have not. Ends with one that has.
  var image: [UInt8] {
    var image = Array(chunks.joined())
    while image.last == Self.none { image.removeLast() }
    return image
  }

  init() {}

  /// A table as it was before a restart; nil where there is no such outcome.
  init?(restoring image: [UInt8]) {
    guard image.allSatisfy({ $0 == Self.none || JobOutcome(rawValue: $0) != nil }),
      image.last != Self.none
    else { return nil }
    for start in stride(from: 0, to: image.count, by: Self.chunkSize) {
      var chunk = Array(image[start..<min(start + Self.chunkSize, image.count)])
      chunk += Array(repeating: Self.none, count: Self.chunkSize - chunk.count)
      chunks.append(chunk)
    }
  }
}
