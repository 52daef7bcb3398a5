import Simulation
import Testing
import Units

@Suite struct `Draws` {
  @Test func `of an exponential have its mean and its tail`() {
    var generator = SeededGenerator(seed: 1, for: "test")
    let draws = (0..<20_000).map { _ in generator.exponential(mean: 1_000_000) }
    let mean = draws.reduce(0, +) / draws.count
    #expect(abs(mean - 1_000_000) < 25_000)
    // e^−2 of them are above twice the mean.
    #expect(abs(draws.filter { $0 > 2_000_000 }.count - 2707) < 150)
  }

  @Test func `of a lognormal have its mean and its median`() {
    var generator = SeededGenerator(seed: 2, for: "test")
    let draws = (0..<40_000).map { _ in generator.lognormal(mean: 1_000_000, spreadMilli: 1000) }
    let mean = draws.reduce(0, +) / Int64(draws.count)
    #expect(abs(mean - 1_000_000) < 40_000)
    // The median is the mean over the root of e.
    #expect(abs(draws.filter { $0 < 606_531 }.count - 20_000) < 400)
  }

  @Test func `by weight come as often as they weigh, and for other purposes otherwise`() {
    var generator = SeededGenerator(seed: 3, for: "test")
    var other = SeededGenerator(seed: 3, for: "another")
    #expect(generator.next() != other.next())
    var counts = [0, 0, 0]
    for _ in 0..<10_000 { counts[generator.index(byWeight: [1, 0, 3])] += 1 }
    #expect(counts[1] == 0 && abs(counts[0] - 2500) < 150)
  }
}
