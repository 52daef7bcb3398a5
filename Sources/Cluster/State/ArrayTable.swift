public import Units

/// How many jobs of each array run: what throttles are about. Sorted by the arrays' numbers.
public struct ArrayTable: Hashable, Sendable {
  private var arrays: [JobID] = []
  private var running: [Int32] = []

  /// How many jobs of an array run. O(log arrays that run)
  public func running(_ array: JobID) -> Int {
    let place = place(of: array)
    return place < arrays.count && arrays[place] == array ? Int(running[place]) : 0
  }

  mutating func add(_ array: JobID?, _ count: Int) {
    guard let array else { return }
    let place = place(of: array)
    if place == arrays.count || arrays[place] != array {
      arrays.insert(array, at: place)
      running.insert(0, at: place)
    }
    running[place] += Int32(count)
    guard running[place] == 0 else { return }
    arrays.remove(at: place)
    running.remove(at: place)
  }

  private func place(of array: JobID) -> Int {
    var low = 0
    var high = arrays.count
    while low < high {
      let middle = (low + high) / 2
      if arrays[middle] < array { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
