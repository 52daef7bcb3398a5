import Testing
import Units

@Suite struct `A search in what is sorted` {
  @Test func `finds what a look at everything finds`() {
    var random = SeededGenerator(seed: 1)
    for _ in 0..<500 {
      let numbers = (0..<random.below(20)).map { _ in random.below(12) }.sorted()
      let wanted = random.below(14) - 1
      #expect(numbers.sortedIndex(of: wanted) == numbers.firstIndex(of: wanted))
      #expect(numbers.sortedContains(wanted) == numbers.contains(wanted))
      let place = numbers.partitioningIndex { $0 > wanted }
      #expect(place == numbers.firstIndex { $0 > wanted } ?? numbers.count)
    }
  }

  @Test func `finds its way in a slice, which begins elsewhere`() {
    let slice = [1, 3, 5, 7, 9][2...]
    #expect(slice.sortedIndex(of: 7) == 3)
    #expect(slice.sortedIndex(of: 1) == nil)
    #expect(slice.partitioningIndex { $0 > 100 } == slice.endIndex)
  }
}
