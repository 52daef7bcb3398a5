import Testing
import Units

@Suite struct `A binary heap` {
  @Test(arguments: 0..<50) func `gives back in order whatever went in`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var heap = BinaryHeap<Int>()
    var expected: [Int] = []
    for _ in 0..<generator.below(200) {
      if generator.below(3) > 0 {
        let value = generator.below(40)
        heap.insert(value)
        expected.append(value)
      } else {
        expected.sort()
        #expect(heap.first == expected.first)
        #expect(heap.popFirst() == (expected.isEmpty ? nil : expected.removeFirst()))
      }
      #expect(heap.count == expected.count)
    }
    expected.sort()
    while let value = heap.popFirst() { #expect(value == expected.removeFirst()) }
    #expect(expected.isEmpty)
    #expect(heap.isEmpty)
  }
}
