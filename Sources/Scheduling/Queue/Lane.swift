import Fleet
import Units

/// The waiting jobs of one shape, in classes of one time limit each.
///
/// All jobs of a class fit or don't, delay or don't, together, so only the first of each is ever
/// looked at. Classes lie sorted by limit in blocks of at most 64 that remember their earliest
/// job: finding the earliest job below a limit costs O(classes / 64 + 64).
struct Lane: Sendable {
  private struct JobClass: Sendable {
    var limit: TimeSpan
    /// The first of its jobs, kept beside their array: whoever seeks the earliest job of a lane
    /// looks at this in class after class.
    var first: JobID
    var jobs: [JobID]
    var gone = 0

    init(limit: TimeSpan, job: JobID) {
      self.limit = limit
      first = job
      jobs = [job]
    }

    /// Takes out the first job; false where it was the last.
    mutating func removeFirst() -> Bool {
      gone += 1
      guard gone < jobs.count else { return false }
      first = jobs[gone]
      if gone >= 32, gone * 2 >= jobs.count {
        jobs.removeFirst(gone)
        gone = 0
      }
      return true
    }
  }

  private struct Block: Sendable {
    var classes: [JobClass]
    var earliest: JobID

    mutating func updateEarliest() {
      earliest = JobID(.max)
      for candidate in classes { earliest = min(earliest, candidate.first) }
    }
  }

  private static let blockSize = 64

  let shape: GangShape
  private var blocks: [Block] = []
  private(set) var count = 0

  init(shape: GangShape) { self.shape = shape }

  mutating func insert(_ job: JobID, limit: TimeSpan) {
    count += 1
    guard !blocks.isEmpty else {
      blocks.append(Block(classes: [JobClass(limit: limit, job: job)], earliest: job))
      return
    }
    let block = min(blockIndex(for: limit), blocks.count - 1)
    let place = Self.place(of: limit, in: blocks[block].classes)
    if place < blocks[block].classes.count, blocks[block].classes[place].limit == limit {
      blocks[block].classes[place].jobs.append(job)
    } else {
      blocks[block].classes.insert(JobClass(limit: limit, job: job), at: place)
    }
    blocks[block].earliest = min(blocks[block].earliest, job)
    guard blocks[block].classes.count > Self.blockSize else { return }
    let upper = Array(blocks[block].classes[(Self.blockSize / 2)...])
    blocks[block].classes.removeSubrange((Self.blockSize / 2)...)
    blocks[block].updateEarliest()
    blocks.insert(Block(classes: upper, earliest: JobID(.max)), at: block + 1)
    blocks[block + 1].updateEarliest()
  }

  /// Takes out the first job of a class.
  mutating func removeFirst(limit: TimeSpan) {
    count -= 1
    let block = blockIndex(for: limit)
    let place = Self.place(of: limit, in: blocks[block].classes)
    let job = blocks[block].classes[place].first
    if !blocks[block].classes[place].removeFirst() {
      blocks[block].classes.remove(at: place)
      guard !blocks[block].classes.isEmpty else {
        blocks.remove(at: block)
        return
      }
    }
    if blocks[block].earliest == job { blocks[block].updateEarliest() }
  }

  /// The job submitted first among those with a limit of at most `most`, and its limit.
  func earliest(limitAtMost most: TimeSpan) -> (job: JobID, limit: TimeSpan)? {
    var best: (job: JobID, limit: TimeSpan)?
    for block in blocks {
      guard let first = block.classes.first, first.limit <= most else { break }
      guard block.earliest < best?.job ?? JobID(.max) else { continue }
      for candidate in block.classes {
        guard candidate.limit <= most else { break }
        if candidate.first < best?.job ?? JobID(.max) {
          best = (candidate.first, candidate.limit)
        }
      }
    }
    return best
  }

  /// The job with the least limit, submitted first among equals, and its limit.
  var shortest: (job: JobID, limit: TimeSpan)? {
    blocks.first?.classes.first.map { ($0.first, $0.limit) }
  }

  /// The job submitted first, but for one.
  func earliest(besides other: JobID?) -> JobID? {
    var best: JobID?
    for block in blocks {
      for candidate in block.classes {
        for job in candidate.jobs[candidate.gone...].prefix(2) where job != other {
          best = min(best ?? job, job)
          break
        }
      }
    }
    return best
  }

  private func blockIndex(for limit: TimeSpan) -> Int {
    var low = 0
    var high = blocks.count
    while low < high {
      let middle = (low + high) / 2
      if let last = blocks[middle].classes.last, last.limit < limit {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }

  private static func place(of limit: TimeSpan, in classes: [JobClass]) -> Int {
    var low = 0
    var high = classes.count
    while low < high {
      let middle = (low + high) / 2
      if classes[middle].limit < limit { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
