import Testing
import Units

@Suite struct `An instant` {
  private static let sums: [(start: Int64, span: Int64, sum: Int64)] = [
    (0, 0, 0),
    (5, -7, -2),
    (.max - 1, 1, .max),
    (.max, 1, .max),
    (.max, .max, .max),
    (.max - 10, 11, .max),
    (.min, -1, .min),
    (.min + 10, -11, .min),
    (.min, .min, .min),
    (.max, -1, .max - 1),
    (.min, .max, -1),
    (.max, .min, -1),
  ]

  @Test(arguments: sums.indices) func `stays at the ends of time`(row: Int) {
    let (start, span, sum) = Self.sums[row]
    let instant = Instant(milliseconds: start) + TimeSpan(milliseconds: span)
    #expect(instant == Instant(milliseconds: sum))
  }

  @Test func `lies between always and never`() {
    let now = Instant(milliseconds: 0)
    #expect(Instant.distantPast < now && now < .distantFuture)
    #expect(Instant.distantFuture + .seconds(1) == .distantFuture)
    #expect(Instant.distantPast + .seconds(-1) == .distantPast)
  }

  @Test func `less another is the span between them`() {
    let (a, b) = (Instant(milliseconds: 1500), Instant(milliseconds: 4000))
    #expect(b - a == TimeSpan(milliseconds: 2500))
    #expect(a - b == TimeSpan(milliseconds: -2500))
    #expect(a + (b - a) == b)
    #expect(TimeSpan.seconds(-2) < .zero)
  }
}
