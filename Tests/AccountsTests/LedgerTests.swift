import Accounts
import Testing
import Units

@Suite struct `The ledger of lending` {
  private static let three: AccountSketch = """
    all
      uni 50%
      firm 30%
      state 10%
    """

  @Test func `says nothing while everybody stays within what it is entitled to`() {
    var books = SketchedBook(Self.three)
    books.hold("uni", 50)
    books.hold("firm", 20)
    books.wait(seconds: 60)
    #expect(["", "uni", "firm"].map { books.lent($0, "firm") } == [0, 0, 0])
  }

  @Test func `takes what is promised to nobody first`() {
    var books = SketchedBook(Self.three)
    books.hold("state", 16)
    books.wait(seconds: 60)
    #expect(["", "uni", "firm"].map { books.lent($0, "state") } == [6 * 60, 0, 0])
  }

  @Test func `shares the rest among those who have it idle, in proportion`() {
    var books = SketchedBook(Self.three)
    books.hold("uni", 30)
    books.hold("firm", 20)
    books.hold("state", 35)
    books.wait(seconds: 60)
    #expect(["", "uni", "firm"].map { books.lent($0, "state") } == [600, 600, 300])
    books.hold("uni", 5)
    books.wait(seconds: 60)
    #expect(["", "uni", "firm"].map { books.lent($0, "state") } == [1200, 1140, 660])
    books.release("state", 35)
    books.wait(seconds: 60)
    #expect(["", "uni", "firm"].map { books.lent($0, "state") } == [1200, 1140, 660])
  }

  @Test func `lets nobody lend more than it wants to`() {
    var books = SketchedBook(
      """
      all
        uni 50% lend:5
        firm 50%
        state
      """)
    books.hold("state", 25)
    books.wait(seconds: 1)
    #expect(["", "uni", "firm"].map { books.lent($0, "state") } == [0, 2, 22])
  }

  @Test func `puts under the root's name what nobody has idle, as while nodes are emptied`() {
    var books = SketchedBook(Self.three)
    books.hold("uni", 50)
    books.hold("firm", 30)
    books.hold("state", 20)
    books.inService(50)
    books.wait(seconds: 1)
    #expect(["uni", "firm", "state"].map { books.lent("", $0) } == [25, 15, 15])
  }

  @Test func `lets a member lend to its own work that counts as borrowed in any case`() {
    var books = SketchedBook(Self.three)
    books.hold("uni", 20, always: true)
    books.wait(seconds: 1)
    #expect(["", "uni", "firm", "state"].map { books.lent($0, "uni") } == [10, 5, 3, 1])
  }
}
