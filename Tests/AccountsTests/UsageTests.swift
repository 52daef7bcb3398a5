import Accounts
import Testing
import Units

@Suite struct `What accounts hold and used` {
  private static let consortium: AccountSketch = """
    all
      uni 60%
        physics 50%
          ada
          bob
        maths 50%
      firm 40%
    """

  @Test func `counts for all accounts above, by model`() {
    var books = SketchedBook(Self.consortium, accelerators: [100, 50], charge: [1000, 2000])
    books.hold("uni/physics/ada", 8)
    books.hold("uni/maths", 4, model: 1)
    let held = ["", "uni", "uni/physics", "uni/physics/bob", "firm"].map { path in
      [0, 1].map { books.book.heldMilli(books.id(path), model: $0) / 1000 }
    }
    #expect(held == [[8, 4], [8, 4], [8, 0], [0, 0], [0, 0]])
  }

  @Test func `is the sum of what was held times how long, and is charged at both rates`() {
    var books = SketchedBook(Self.consortium, accelerators: [100, 50], charge: [1000, 2000])
    books.hold("uni/physics/ada", 8)
    books.wait(seconds: 10)
    books.hold("uni/maths", 4, model: 1, charge: 500)
    books.wait(seconds: 5)
    books.release("uni/physics/ada", 8)
    books.wait(seconds: 85)
    let (book, now) = (books.book, books.time)
    #expect(book.used(books.id("uni"), model: 0, at: now) == 8 * 15 * 1_000_000)
    #expect(book.used(books.id("uni"), model: 1, at: now) == 4 * 90 * 1_000_000)
    #expect(book.charged(books.id("uni"), at: now) == (8 * 15 + 4 * 90) * 1_000_000)
    #expect(book.charged(books.id("uni/physics"), at: now) == 8 * 15 * 1_000_000)
    #expect(book.charged(books.id("firm"), at: now) == 0)
  }

  @Test func `counts half as much after a half-life`() {
    var books = SketchedBook(Self.consortium, halfLife: .seconds(1024))
    books.hold("uni/physics/ada", 8)
    books.wait(seconds: 100)
    books.release("uni/physics/ada", 8)
    books.wait(seconds: 924)
    books.hold("firm", 8)
    books.wait(seconds: 100)
    books.release("firm", 8)
    let uni = books.book.decayedUsage(books.id("uni"), at: books.time).all
    let firm = books.book.decayedUsage(books.id("firm"), at: books.time).all
    #expect(firm == 2 * uni)
  }

  @Test func `above an entitlement is counted apart`() {
    var books = SketchedBook(Self.consortium, halfLife: .seconds(1024))
    books.hold("firm", 50)
    books.wait(seconds: 60)
    let firm = books.book.decayedUsage(books.id("firm"), at: books.time)
    #expect(firm.above > 0)
    #expect(firm.all == firm.above / 10 * 50 * 1000)
    let all = books.book.decayedUsage(.root, at: books.time)
    #expect(all.above == 0)
  }
}
