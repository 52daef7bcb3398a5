public import Units

/// The live jobs by number, in chunks, so that a change under a held copy copies one chunk.
///
/// Numbers are handed out upwards and jobs leave roughly in that order: a chunk whose jobs are all
/// gone is given back, so the table's size follows the live jobs, not all there ever were.
public struct JobTable: Sendable {
  private static let chunkSize = 128

  private struct Chunk: Sendable {
    var jobs: [Job?] = Array(repeating: nil, count: JobTable.chunkSize)
    var live = 0
  }

  private var chunks: [Chunk?] = []

  /// How many jobs are live.
  public private(set) var count = 0

  /// An empty table.
  public init() {}

  /// The job of a number, or nil if there is none alive. O(1)
  public subscript(id: JobID) -> Job? {
    let (chunk, slot) = Self.place(id)
    return chunk < chunks.count ? chunks[chunk]?.jobs[slot] : nil
  }

  /// The live jobs in order of their numbers.
  public var all: some Sequence<(id: JobID, job: Job)> {
    chunks.enumerated().lazy.flatMap { index, chunk in
      (chunk?.jobs ?? []).enumerated().lazy.compactMap { slot, job in
        job.map { (JobID(UInt32(index * Self.chunkSize + slot)), $0) }
      }
    }
  }

  mutating func insert(_ job: Job, as id: JobID) {
    let (chunk, slot) = Self.place(id)
    while chunks.count <= chunk { chunks.append(nil) }
    if chunks[chunk] == nil { chunks[chunk] = Chunk() }
    precondition(chunks[chunk]?.jobs[slot] == nil, "job \(id.number) exists already")
    chunks[chunk]?.jobs[slot] = job
    chunks[chunk]?.live += 1
    count += 1
  }

  /// Changes a live job in place.
  mutating func update<Result>(_ id: JobID, _ change: (inout Job) -> Result) -> Result {
    let (chunk, slot) = Self.place(id)
    guard let result = chunks[chunk]?.jobs[slot].mutate(change) else {
      preconditionFailure("no live job \(id.number)")
    }
    return result
  }

  mutating func remove(_ id: JobID) {
    let (chunk, slot) = Self.place(id)
    chunks[chunk]?.jobs[slot] = nil
    chunks[chunk]?.live -= 1
    if chunks[chunk]?.live == 0 { chunks[chunk] = nil }
    count -= 1
  }

  private static func place(_ id: JobID) -> (chunk: Int, slot: Int) {
    (Int(id.number) / chunkSize, Int(id.number) % chunkSize)
  }
}

extension Optional {
  fileprivate mutating func mutate<Result>(_ change: (inout Wrapped) -> Result) -> Result? {
    guard self != nil else { return nil }
    return change(&self!)
  }
}
