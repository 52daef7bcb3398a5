import Accounts
import Testing
import Units

@Suite struct `What accounts are promised` {
  private static let consortium: AccountSketch = """
    all
      uni 60% lend:10%
        physics 50% borrow:10%
          ada
        maths 20
      firm 30 borrow:25
    """

  private static let limits: AccountSketch = """
    all
      uni 50%
        physics 50% lend:0
        maths 25%
        arts borrow:10
      firm 50% lend:20
    """

  @Test func `is a part of the parent's, or a number`() {
    let books = SketchedBook(Self.consortium)
    let entitled = books.entitled("", "uni", "uni/physics", "uni/physics/ada", "uni/maths", "firm")
    #expect(entitled == [100_000, 60_000, 30_000, 0, 20_000, 30_000])
  }

  @Test func `may differ by model`() {
    let books = SketchedBook(
      """
      all
        uni 60% mi300:25%
        firm 40% mi300:8
      """, accelerators: [100, 40], charge: [1000, 500])
    #expect(books.entitled("uni", "firm", model: 0) == [60_000, 40_000])
    #expect(books.entitled("uni", "firm", model: 1) == [10_000, 8000])
  }

  @Test func `shrinks in proportion while nodes are out, numbers as well`() {
    var books = SketchedBook(Self.consortium)
    books.inService(90)
    #expect(books.entitled("", "uni", "uni/maths", "firm") == [90_000, 54_000, 18_000, 27_000])
    books.inService(100)
    #expect(books.entitled("", "uni", "uni/maths", "firm") == [100_000, 60_000, 20_000, 30_000])
  }

  @Test func `grows with the fleet, but for numbers`() {
    var books = SketchedBook(Self.consortium)
    books.hold("uni/maths", 70)
    books.book.setCapacity([200_000], inServiceMilli: [200_000], at: books.time)
    books.book.checkInvariants()
    #expect(books.entitled("", "uni", "uni/maths", "firm") == [200_000, 120_000, 20_000, 30_000])
    #expect(books.borrowed("uni", "uni/maths") == [0, 50])
    books.book.setCapacity([50_000], inServiceMilli: [40_000], at: books.time)
    books.book.checkInvariants()
    #expect(books.entitled("", "uni", "firm") == [40_000, 20_000, 20_000])
  }

  @Test func `shrinks in proportion where the fleet is smaller than the numbers`() {
    let books = SketchedBook(
      """
      all
        uni 150
        firm 50
      """)
    #expect(books.entitled("uni", "firm") == [75_000, 25_000])
  }

  @Test func `is lacking by the part that is not held`() {
    var books = SketchedBook(Self.consortium)
    let firm = books.id("firm")
    #expect(books.book.deficit(firm, model: 0) == 1_000_000)
    books.hold("firm", 20)
    #expect(books.book.deficit(firm, model: 0) == 333_333)
    books.hold("firm", 10)
    #expect(books.book.deficit(firm, model: 0) == 0)
    books.hold("firm", 10)
    #expect(books.book.deficit(firm, model: 0) == 0)
  }

  @Test func `is not filled by what counts as borrowed in any case`() {
    var books = SketchedBook(Self.consortium)
    books.hold("firm", 30, always: true)
    #expect(books.book.deficit(books.id("firm"), model: 0) == 1_000_000)
    #expect(books.roomWithin("firm") == 30)
    #expect(books.borrowed("firm", "uni") == [30, 0])
  }

  @Test func `gives room until it is held, and no less than none`() {
    var books = SketchedBook(Self.consortium)
    #expect([books.roomWithin("uni/physics/ada"), books.roomWithin("firm")] == [36, 30])
    books.hold("uni/maths", 40)
    books.hold("firm", 35)
    #expect([books.roomWithin("uni/physics/ada"), books.roomWithin("firm")] == [20, 0])
    #expect(books.borrowed("", "uni", "uni/maths", "firm") == [0, 0, 20, 5])
  }

  @Test func `is exceeded up to the limits of those who borrow and of those who lend`() {
    var books = SketchedBook(Self.consortium)
    #expect(books.room("firm") == "50 by all")
    books.hold("firm", 45)
    #expect(books.room("firm") == "5 by all")
    #expect(books.room("uni/maths") == "60 by all")
    #expect(books.room("uni/physics/ada") == "36 by uni/physics")
    books.hold("uni/physics/ada", 33)
    #expect(books.room("uni/physics/ada") == "3 by uni/physics")
    #expect(books.room("uni/maths") == "27 by all")
  }

  @Test func `of a borrower is bound by its own limit first`() {
    var books = SketchedBook(
      """
      all
        uni 60%
        firm 40% borrow:5
      """)
    #expect(books.room("firm") == "45 by firm")
    #expect(books.room("firm", always: true) == "5 by firm")
    books.hold("firm", 5, always: true)
    #expect(books.room("firm") == "40 by firm")
    #expect(books.room("firm", always: true) == "0 by firm")
  }

  @Test func `comes back from a sibling, whatever another one keeps`() {
    var books = SketchedBook(
      """
      all
        uni 50% borrow:0
          physics 50% lend:0
          maths 50%
          arts
      """)
    books.hold("uni/arts", 20)
    #expect(books.room("uni/arts") == "5 by uni/physics")
    #expect(books.room("uni/maths") == "25 by uni/physics")
    books.hold("uni/maths", 10)
    #expect(books.room("uni/maths") == "15 by uni/physics")
    #expect(books.room("uni/physics") == "20 by uni")
  }

  @Test func `is kept by a project from what its member does not lend anyway`() {
    var books = SketchedBook(
      """
      all
        uni 60% lend:30%
          physics 50% lend:0
          maths 50%
        firm 40%
      """)
    #expect(books.room("uni/maths", always: true) == "70 by all")
    books.hold("uni/maths", 20)
    #expect(books.room("uni/maths", always: true) == "50 by uni/physics")
    books.hold("uni/physics", 10)
    #expect(books.room("uni/maths", always: true) == "50 by uni/physics")
  }

  @Test func `is kept by a project from what its member may not borrow anyway`() {
    var books = SketchedBook(
      """
      all
        uni 60% borrow:50
          physics 50% lend:0
          maths 50%
        firm 40%
      """)
    #expect(books.room("uni/maths", always: true) == "50 by uni")
    books.hold("uni/physics", 10)
    #expect(books.room("uni/maths", always: true) == "50 by uni")
  }

  @Test func `is kept for a project that does not lend to its siblings`() {
    var books = SketchedBook(Self.limits)
    #expect(books.room("uni/physics") == "70 by all")
    #expect(books.room("uni/maths") == "45 by uni/physics")
    #expect(books.room("uni/arts") == "10 by uni/arts")
    #expect(books.roomWithin("uni/maths") == 25)
    books.hold("uni/physics", 20)
    #expect(books.room("uni/maths") == "45 by uni/physics")
    #expect(books.roomWithin("uni/maths") == 25)
  }
}
