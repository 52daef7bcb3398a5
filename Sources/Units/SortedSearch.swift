extension RandomAccessCollection where Index == Int {
  /// The first place from which on a condition holds; the end where it holds nowhere. O(log count)
  ///
  /// - Precondition: where it holds for an element, it holds for all behind it.
  @inlinable
  public func partitioningIndex(where belongsBehind: (Element) -> Bool) -> Int {
    var (low, high) = (startIndex, endIndex)
    while low < high {
      let middle = low + (high - low) / 2
      if belongsBehind(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

extension RandomAccessCollection where Index == Int, Element: Comparable {
  /// Where an element of a sorted collection stands first; nil where it doesn't. O(log count)
  @inlinable
  public func sortedIndex(of element: Element) -> Int? {
    let place = partitioningIndex { $0 >= element }
    return place < endIndex && self[place] == element ? place : nil
  }

  /// Whether an element is among those of a sorted collection. O(log count)
  @inlinable
  public func sortedContains(_ element: Element) -> Bool { sortedIndex(of: element) != nil }
}
