import Accounts
import Testing
import Units

@Suite struct `Fair Tree` {
  private static let family: AccountSketch = """
    all
      uni 50%
        ada
        bob
      firm 50%
        eve
        dan
    """

  @Test func `goes by number while nobody has used anything`() {
    #expect(SketchedBook(Self.family).order == "ada bob eve dan")
  }

  @Test func `puts who used less first`() {
    var books = SketchedBook(Self.family)
    books.hold("uni/ada", 10)
    books.wait(seconds: 60)
    #expect(books.order == "eve dan bob ada")
    books.hold("firm/eve", 30)
    books.wait(seconds: 60)
    #expect(books.order == "bob ada dan eve")
  }

  @Test func `looks only at what was above the entitlement once somebody was above it`() {
    var books = SketchedBook(Self.family)
    books.hold("uni/ada", 50)
    books.wait(seconds: 600)
    books.hold("firm/eve", 51)
    books.wait(seconds: 1)
    #expect(books.order == "bob ada dan eve")
  }

  @Test func `never lets a member's second user pass a better member's last`() {
    var books = SketchedBook(Self.family)
    books.hold("firm/eve", 60)
    books.hold("uni/bob", 10)
    books.wait(seconds: 60)
    #expect(books.order == "ada bob dan eve")
  }

  @Test func `weighs what was used by entitlement, or by weight where there is one`() {
    var books = SketchedBook(
      """
      all
        uni 75%
        firm 25%
      """)
    books.hold("uni", 20)
    books.hold("firm", 10)
    books.wait(seconds: 60)
    #expect(books.order == "uni firm")
    var weighted = SketchedBook(
      """
      all
        uni 75% weight:1
        firm 25% weight:1
      """)
    weighted.hold("uni", 20)
    weighted.hold("firm", 10)
    weighted.wait(seconds: 60)
    #expect(weighted.order == "firm uni")
  }

  @Test func `puts who weighs nothing last, used or not`() {
    var books = SketchedBook(
      """
      all
        guests weight:0
        uni weight:3
        more weight:0
      """)
    books.hold("uni", 20)
    books.hold("guests", 1)
    books.wait(seconds: 60)
    #expect(books.order == "uni guests more")
  }

  @Test func `forgives with time`() {
    var books = SketchedBook(Self.family, halfLife: .seconds(1024))
    books.hold("uni/ada", 10)
    books.wait(seconds: 100)
    books.release("uni/ada", 10)
    books.wait(seconds: 20 * 1024)
    books.hold("uni/bob", 1)
    books.wait(seconds: 100)
    #expect(books.order == "eve dan ada bob")
  }

  @Test func `is the same order as a recursive walk with rational numbers, on 800 random trees`() {
    for seed in 0..<800 as Range<UInt64> {
      var history = RandomHistory(seed: seed, halfLife: .seconds(300))
      for _ in 0..<30 {
        history.wait()
        history.step()
      }
      history.wait()
      let ranks = history.book.ranks(at: history.now)
      let walk = DirectFairTree(history.book, at: history.now).walk(from: .root)
      #expect(walk.map { ranks[Int($0.number)] } == Array(0..<UInt32(walk.count)), "seed \(seed)")
    }
  }
}

/// Fair Tree written down as it is told, for comparison.
struct DirectFairTree {
  /// A quotient of two whole numbers, none of them negative; over 0 it is infinite.
  struct Ratio {
    var over: Int128
    var under: Int128

    /// Whether it is less, by the whole parts, then by the rests turned upside down.
    static func < (a: Ratio, b: Ratio) -> Bool {
      if b.under == 0 { return a.under != 0 }
      if a.under == 0 { return false }
      let (left, leftRest) = a.over.quotientAndRemainder(dividingBy: a.under)
      let (right, rightRest) = b.over.quotientAndRemainder(dividingBy: b.under)
      if left != right { return left < right }
      if rightRest == 0 { return false }
      if leftRest == 0 { return true }
      return Ratio(over: b.under, under: rightRest) < Ratio(over: a.under, under: leftRest)
    }
  }

  let book: AccountBook
  let now: Instant
  /// The book with the whole fleet in service.
  private let whole: AccountBook

  init(_ book: AccountBook, at now: Instant) {
    var whole = book
    whole.setInService(book.capacityMilli, at: now)
    (self.book, self.now, self.whole) = (book, now, whole)
  }

  /// The leaves below an account, best first.
  func walk(from account: AccountID) -> [AccountID] {
    var waiting = book.tree.children[Int(account.number)]
    guard !waiting.isEmpty else { return [account] }
    let isEntitled = waiting.contains { entitled($0).contains { $0 > 0 } }
    let isAbove = waiting.contains { book.decayedUsage($0, at: now).above > 0 }
    let weights = weights(of: waiting)
    var walk: [AccountID] = []
    while !waiting.isEmpty {
      var best = waiting[0]
      for other in waiting.dropFirst() {
        let candidates = [best, other].map { account in
          let usage = book.decayedUsage(account, at: now)
          let weight = weights.first { $0.0 == account }!.1
          return weight == 0
            ? Ratio(over: -1, under: 1)
            : Ratio(over: weight, under: isEntitled && isAbove ? usage.above : usage.all)
        }
        if candidates[0] < candidates[1] { best = other }
      }
      waiting.removeAll { $0 == best }
      walk += self.walk(from: best)
    }
    return walk
  }

  private func weights(of siblings: [AccountID]) -> [(AccountID, Int128)] {
    if siblings.contains(where: { book.tree[$0].weight != nil }) {
      return siblings.map { ($0, Int128(book.tree[$0].weight ?? 1)) }
    }
    let amounts = siblings.map { account in
      zip(entitled(account), book.chargeMilli).reduce(Int128(0)) { $0 + Int128($1.0 * $1.1) }
    }
    let isNothing = amounts.allSatisfy { $0 == 0 }
    return zip(siblings, amounts).map { ($0, isNothing ? 1 : $1) }
  }

  private func entitled(_ account: AccountID) -> [Int] {
    book.models.indices.map { whole.entitledMilli(account, model: $0) }
  }
}
