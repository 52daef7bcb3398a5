/// A minimum-first binary heap: insert and remove in O(log n), look at the least in O(1).
///
/// Equal elements leave in no particular order, so give every element a tie-breaker where order
/// must be reproducible. (Williams 1964, "Algorithm 232: Heapsort".)
@frozen
public struct BinaryHeap<Element: Comparable & Sendable>: Sendable {
  @usableFromInline var elements: [Element] = []

  /// An empty heap.
  @inlinable
  public init() {}

  /// A heap of some elements. O(n)
  @inlinable
  public init(_ elements: [Element]) {
    self.elements = elements
    for start in stride(from: elements.count / 2 - 1, through: 0, by: -1) {
      sink(elements[start], into: start)
    }
  }

  /// Whether nothing is left.
  @inlinable
  public var isEmpty: Bool { elements.isEmpty }

  /// How many elements it holds.
  @inlinable
  public var count: Int { elements.count }

  /// The least element, or nil when empty.
  @inlinable
  public var first: Element? { elements.first }

  /// Adds an element. O(log n)
  @inlinable
  public mutating func insert(_ element: Element) {
    elements.append(element)
    var child = elements.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard element < elements[parent] else { break }
      elements[child] = elements[parent]
      child = parent
    }
    elements[child] = element
  }

  /// Removes and returns the least element, or nil when empty. O(log n)
  @inlinable
  public mutating func popFirst() -> Element? {
    guard let last = elements.popLast() else { return nil }
    guard let least = elements.first else { return last }
    sink(last, into: 0)
    return least
  }

  /// Puts an element into a hole, or below it where others are less.
  @inlinable
  mutating func sink(_ element: Element, into start: Int) {
    var hole = start
    let end = elements.count
    while true {
      var child = 2 * hole + 1
      guard child < end else { break }
      if child + 1 < end, elements[child + 1] < elements[child] { child += 1 }
      guard elements[child] < element else { break }
      elements[hole] = elements[child]
      hole = child
    }
    elements[hole] = element
  }
}
