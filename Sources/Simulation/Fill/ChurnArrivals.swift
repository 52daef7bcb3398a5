import Traces
import Units

/// The pods of a list as a stream without end: when each comes, and how long it stays.
///
/// The pods come in a given order, again and again, at random moments (a Poisson process). How
/// long one stays is drawn from the times of the list, whatever it asks for; where the list has no
/// times, from an exponential distribution. The rate is such that what is asked for makes up a
/// given part of the capacity, on average over time.
///
/// The longest hundredth of the stays are cut to the shortest of them: uncut, a few pods that stay
/// for months would be most of the load, and who comes early would decide everything.
///
/// The stream begins as if it had been there forever: with pods that came before, and of whose
/// stay only the rest is left. All arithmetic is on integers.
struct ChurnArrivals: Sendable {
  struct Arrival {
    var pod: Int
    /// Both in milliseconds.
    var at: Int
    var stay: Int
  }

  private let order: [Int]
  /// Running sums of the stays of the list; empty where it has none.
  private let sums: [Int]
  /// The mean time between two arrivals in milliseconds is the first over the second.
  private let gap: (Int128, Int128)
  private var random: SeededGenerator
  private var place = 0
  private(set) var now = 0

  /// From when on nobody is left, or hardly anybody, who was there at the start.
  let settled: Int

  /// An hour in milliseconds, where the list has no times. Only its ratio to the gap matters.
  private static let meanStay = 3_600_000

  /// - Parameters:
  ///   - asked: by pod: how much of the capacity it asks for.
  ///   - capacity: in the same unit.
  init(
    order: [Int], pods: [OpenbPod], asked: (Int) -> Int, load: (percent: Int, of: Int),
    seed: UInt64
  ) {
    self.order = order
    let stays = pods.compactMap { $0.lifetime.map { max(1, Int($0.milliseconds)) } }
    let longest = stays.isEmpty ? Self.meanStay * 20 : stays.sorted()[stays.count * 99 / 100]
    settled = longest
    var sums: [Int] = []
    for stay in stays { sums.append((sums.last ?? 0) + min(longest, stay)) }
    self.sums = sums
    let total = sums.last ?? Self.meanStay
    let work = order.reduce(Int128(0)) { $0 + Int128(asked($1)) } * Int128(total) * 100
    let pace = Int128(order.count) * Int128(max(1, sums.count))
    gap = (work, pace * Int128(load.percent) * Int128(load.of))
    random = SeededGenerator(seed: seed)
  }

  /// The next pod to come.
  mutating func next() -> Arrival {
    now += Int(Int128(random.exponential()) * gap.0 / (gap.1 << SeededGenerator.exponentialBits))
    let stay =
      sums.isEmpty ? exponentialStay() : stay(at: random.below(sums.count))
    return Arrival(pod: nextPod(), at: now, stay: stay)
  }

  /// A pod that came before the stream began and is still there; its stay is the rest of it.
  mutating func nextThatIsThere() -> Arrival {
    guard let total = sums.last else {
      return Arrival(pod: nextPod(), at: 0, stay: exponentialStay())
    }
    // A moment at random of all stays, one after the other: long ones are met more often.
    let moment = random.below(total)
    var (low, high) = (0, sums.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if sums[middle] > moment { high = middle } else { low = middle + 1 }
    }
    return Arrival(pod: nextPod(), at: 0, stay: sums[low] - moment)
  }

  private mutating func nextPod() -> Int {
    defer { place = place + 1 == order.count ? 0 : place + 1 }
    return order[place]
  }

  private func stay(at index: Int) -> Int { sums[index] - (index == 0 ? 0 : sums[index - 1]) }

  private mutating func exponentialStay() -> Int {
    max(1, random.exponential(mean: Self.meanStay))
  }
}
