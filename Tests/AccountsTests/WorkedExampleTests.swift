import Accounts
import Testing

/// The example of `Documentation/Internals/FairShare.md`, number by number.
@Suite struct `The example of the page on fair share` {
  private var books = SketchedBook(
    """
    all
      uni 50%
      firm 30%
      state 10%
    """)

  init() {
    books.hold("uni", 30)
    books.hold("firm", 20)
    books.hold("state", 35)
  }

  private var lending: [Int] {
    ["", "uni", "firm"].map {
      books.book.lendingMilli(from: books.id($0), to: books.id("state"), model: 0) / 1000
    }
  }

  @Test func `shows who borrows and who lends`() {
    #expect(books.borrowed("uni", "firm", "state") == [0, 0, 25])
    #expect(lending == [10, 10, 5])
  }

  @Test func `shows what may still be held`() {
    #expect(["uni", "firm", "state"].map { books.roomWithin($0) } == [20, 10, 0])
    #expect(
      ["uni", "firm", "state"].map { books.room($0) } == ["20 by all", "15 by all", "15 by all"])
  }

  @Test func `shows what members lack`() {
    let lacking = ["uni", "firm", "state"].map { books.book.deficit(books.id($0), model: 0) }
    #expect(lacking == [400_000, 333_333, 0])
  }

  @Test mutating func `shows the walk`() {
    books.wait(seconds: 3600)
    #expect(books.order == "uni firm state")
  }

  @Test mutating func `shows an hour's ledger, and five accelerators more for one lender`() {
    books.wait(seconds: 3600)
    books.hold("uni", 5)
    #expect(lending == [10, 9, 6])
    books.wait(seconds: 3600)
    #expect(["", "uni", "firm"].map { books.lent($0, "state") / 3600 } == [20, 19, 11])
  }

  @Test mutating func `shows what is left of it while a fifth of the fleet is out`() {
    books.inService(80)
    #expect(books.entitled("uni", "firm", "state") == [40_000, 24_000, 8000])
    #expect(books.borrowed("uni", "firm", "state") == [0, 0, 27])
    #expect(lending == [13, 10, 4])
  }
}
