import Accounts
import Testing
import Units

@Suite struct `Budgets` {
  private static let tree: AccountSketch = """
    all
      uni budget:1000
        ada budget:600 from:0 until:50 budget:300 from:100 until:200
        bob
      firm soft:100
    """

  private func obstacle(
    _ books: SketchedBook, _ path: String, _ cost: Int64, at time: Int64 = 10
  ) -> String {
    let now = Instant(milliseconds: time)
    guard let obstacle = books.book.budgetObstacle(of: books.id(path), cost: cost, at: now) else {
      return "none"
    }
    let next = obstacle.next.map { ", next at \($0.milliseconds)" } ?? ""
    let name = books.book.tree.path(of: obstacle.account)
    return "\(name) has \(obstacle.left) of \(obstacle.needed)\(next)"
  }

  @Test func `allow what is left in each of them on the path up`() {
    let books = SketchedBook(Self.tree)
    #expect(obstacle(books, "uni/ada", 600) == "none")
    #expect(obstacle(books, "uni/ada", 601) == "uni/ada has 600 of 601, next at 100")
    #expect(obstacle(books, "uni/bob", 1000) == "none")
    #expect(obstacle(books, "uni/bob", 1001) == "uni has 1000 of 1001")
  }

  @Test func `allow nothing between their dates`() {
    let books = SketchedBook(Self.tree)
    #expect(obstacle(books, "uni/ada", 1, at: 49) == "none")
    #expect(obstacle(books, "uni/ada", 1, at: 50) == "uni/ada has 0 of 1, next at 100")
    #expect(obstacle(books, "uni/ada", 300, at: 100) == "none")
    #expect(obstacle(books, "uni/ada", 1, at: 200) == "uni/ada has 0 of 1")
  }

  @Test func `that do not stop hard only count`() {
    var books = SketchedBook(Self.tree)
    let (firm, now) = (books.id("firm"), Instant(milliseconds: 10))
    #expect(obstacle(books, "firm", 5000) == "none")
    books.book.reserveBudget(of: firm, cost: 5000, at: now)
    books.book.settleBudget(of: firm, reserved: 5000, spent: 4000, reservedAt: now)
    #expect(books.book.purses(of: firm).map(\.spent) == [4000])
  }

  @Test func `set aside what work in flight may cost, and get back what it did not`() {
    var books = SketchedBook(Self.tree)
    let (ada, now) = (books.id("uni/ada"), Instant(milliseconds: 10))
    books.book.reserveBudget(of: ada, cost: 500, at: now)
    #expect(obstacle(books, "uni/ada", 200) == "uni/ada has 100 of 200, next at 100")
    #expect(obstacle(books, "uni/bob", 501) == "uni has 500 of 501")
    books.book.settleBudget(of: ada, reserved: 500, spent: 150, reservedAt: now)
    #expect(obstacle(books, "uni/ada", 450) == "none")
    #expect(obstacle(books, "uni/bob", 851) == "uni has 850 of 851")
    books.book.refund(of: ada, 50, reservedAt: now)
    #expect(obstacle(books, "uni/ada", 500) == "none")
    #expect(obstacle(books, "uni/bob", 901) == "uni has 900 of 901")
    #expect(["uni", "uni/bob"].map { books.book.refunded(books.id($0)) } == [50, 0])
  }

  @Test func `pay for work that began in them after their end`() {
    var books = SketchedBook(Self.tree)
    let ada = books.id("uni/ada")
    books.book.reserveBudget(of: ada, cost: 500, at: Instant(milliseconds: 10))
    #expect(obstacle(books, "uni/ada", 300, at: 150) == "none")
    books.book.settleBudget(
      of: ada, reserved: 500, spent: 400, reservedAt: Instant(milliseconds: 10))
    #expect(books.book.purses(of: ada).map(\.spent) == [400, 0])
  }

  @Test func `may grow, and shrink to what is spent and set aside`() {
    var books = SketchedBook(Self.tree)
    let (ada, now) = (books.id("uni/ada"), Instant(milliseconds: 10))
    books.book.reserveBudget(of: ada, cost: 500, at: now)
    let later: AccountSketch = """
      all
        uni budget:2000
          ada budget:200 from:0 until:50 budget:300 from:100 until:200 budget:7 from:300
          bob
        firm soft:100
      """
    books.book.adopt(later.tree, at: now)
    #expect(books.book.purses(of: ada).map(\.amount) == [500, 300, 7])
    #expect(books.book.purses(of: ada).map(\.left) == [0, 300, 7])
    #expect(books.book.purses(of: books.id("uni")).map(\.left) == [1500])
  }

  @Test func `are never overdrawn and hold what their jobs paid, over 600 seeds`() {
    for seed in 0..<600 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      var books = SketchedBook(Self.tree)
      var running: [(account: AccountID, cost: Int64, at: Instant)] = []
      var faults: [String] = []
      var paid = Array(repeating: Int64(0), count: books.book.tree.count)
      for time in 0..<220 as Range<Int64> {
        let now = Instant(milliseconds: time)
        let account = books.id(["uni/ada", "uni/bob", "firm"][generator.below(3)])
        let cost = Int64(generator.below(200))
        if books.book.budgetObstacle(of: account, cost: cost, at: now) == nil {
          books.book.reserveBudget(of: account, cost: cost, at: now)
          running.append((account, cost, now))
        }
        while running.count > generator.below(8) {
          let job = running.remove(at: generator.below(running.count))
          let spent = Int64(generator.below(Int(job.cost) + 1))
          books.book.settleBudget(
            of: job.account, reserved: job.cost, spent: spent, reservedAt: job.at)
          let refund = generator.below(4) == 0 ? spent / 2 : 0
          books.book.refund(of: job.account, refund, reservedAt: job.at)
          paid[Int(job.account.number)] += spent - refund
        }
        faults += self.faults(of: books, paid, running).map { "\($0) at \(time)" }
      }
      #expect(faults == [], "seed \(seed)")
    }
  }

  /// The budgets that don't hold what was paid and set aside, or are overdrawn.
  private func faults(
    of books: SketchedBook, _ paid: [Int64],
    _ running: [(account: AccountID, cost: Int64, at: Instant)]
  ) -> [String] {
    let amounts: [(path: String, most: Int64)] = [("uni", 1000), ("uni/ada", 900)]
    return amounts.filter { path, most in
      let id = books.id(path)
      let below = [id] + books.book.tree.children[Int(id.number)]
      let purses = books.book.purses(of: id)
      let spent = below.reduce(0) { $0 + paid[Int($1.number)] }
      let reserved = running.filter { below.contains($0.account) }.reduce(0) { $0 + $1.cost }
      return purses.reduce(0) { $0 + $1.spent } != spent
        || purses.reduce(0) { $0 + $1.reserved } != reserved
        || spent + reserved > most || purses.contains { $0.left < 0 }
    }.map(\.path)
  }
}
