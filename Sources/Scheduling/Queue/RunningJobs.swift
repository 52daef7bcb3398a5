import Jobs
import Units

/// The jobs that run, in order of their numbers, and those among them that may grow.
struct RunningJobs: Sendable {
  /// All of them.
  private(set) var all: [JobID] = []

  /// Those that go on with fewer members than they asked for.
  private(set) var elastic: [JobID] = []

  /// A job runs from now on.
  mutating func insert(_ id: JobID, _ request: JobRequest) {
    all.insertInOrder(id)
    if request.terms?.leastMembers != nil { elastic.insertInOrder(id) }
  }

  /// A job runs no more.
  mutating func remove(_ id: JobID) {
    all.removeInOrder(id)
    elastic.removeInOrder(id)
  }
}

extension [JobID] {
  /// Where a number stands among numbers in order, or would stand.
  private func place(of id: JobID) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < id { low = middle + 1 } else { high = middle }
    }
    return low
  }

  fileprivate mutating func insertInOrder(_ id: JobID) { insert(id, at: place(of: id)) }

  fileprivate mutating func removeInOrder(_ id: JobID) {
    let place = place(of: id)
    if place < count, self[place] == id { remove(at: place) }
  }
}
