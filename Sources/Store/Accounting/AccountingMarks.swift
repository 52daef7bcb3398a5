import Accounts
import Cluster
import Codec
import Units

/// What all accounts came to when a day began: the days' rows are the differences.
///
/// The book keeps what was held and lent as rates and offsets, so that it can tell the sum at any
/// midnight exactly, also of what is still running.
struct AccountingMarks: Hashable, Sendable {
  private static let dayMilliseconds: Int64 = 86_400_000

  /// The day, in UTC, counted from 1970-01-01.
  var day: Int64

  /// By account, then model: thousandths of accelerators × milliseconds, held under the account
  /// itself.
  var used: [Int128]

  /// By account: the same, at a charge rate of one.
  var charged: [Int128]

  /// By lending member, borrowing member and model; the root is the first member.
  var lent: [Int128]

  /// When the day ends.
  var end: Instant { Instant(milliseconds: (day + 1) * Self.dayMilliseconds) }

  static func day(of instant: Instant) -> Int64 {
    let (whole, rest) = instant.milliseconds.quotientAndRemainder(dividingBy: dayMilliseconds)
    return rest < 0 ? whole - 1 : whole
  }

  /// The sums of a book at an instant, which is the beginning of a day.
  init(day: Int64, of book: AccountBook, at instant: Instant) {
    self.day = day
    let accounts = (0..<book.tree.count).map { AccountID(UInt16($0)) }
    let models = book.models.indices
    used = []
    charged = []
    lent = []
    for account in accounts {
      for model in models {
        used.append(book.usedDirectly(account, model: model, at: instant))
      }
      charged.append(book.chargedDirectly(account, at: instant))
    }
    let members = Self.members(of: book.tree)
    for lender in members {
      for borrower in members {
        for model in models {
          lent.append(book.lent(from: lender, to: borrower, model: model, at: instant))
        }
      }
    }
  }

  /// Whether there are as many sums of each kind, and the day is one that can be.
  func isLike(_ other: AccountingMarks) -> Bool {
    used.count == other.used.count && charged.count == other.charged.count
      && lent.count == other.lent.count && (-(1 << 36)...1 << 36).contains(day)
  }

  /// The same sums by the numbers of another book, with more accounts, members and models.
  ///
  /// Those that were there come first, in their order; of the others nothing was held that day.
  func refitted(from old: AccountBook, to new: AccountBook) -> AccountingMarks {
    var next = self
    let (models, more) = (old.models.count, new.models.count)
    func widened(_ sums: [Int128], rows: Int, _ place: (Int) -> Int) -> [Int128] {
      var wide = Array(repeating: Int128(0), count: rows * more)
      for index in sums.indices {
        wide[place(index / models) * more + index % models] = sums[index]
      }
      return wide
    }
    next.used = widened(used, rows: new.tree.count) { $0 }
    next.charged += Array(repeating: 0, count: new.tree.count - charged.count)
    let (few, many) = (Self.members(of: old.tree).count, Self.members(of: new.tree).count)
    next.lent = widened(lent, rows: many * many) { $0 / few * many + $0 % few }
    return next
  }

  static func members(of tree: AccountTree) -> [AccountID] {
    [.root] + tree.children[0]
  }

  // MARK: Bytes

  var encoded: [UInt8] {
    var writer = ByteWriter()
    writer.put(day)
    for list in [used, charged, lent] {
      writer.put(count: list.count)
      for sum in list { writer.put(sum) }
    }
    return writer.bytes
  }

  init(decoding bytes: [UInt8]) throws(CodecError) {
    var reader = ByteReader(bytes)
    day = try reader.signed()
    var lists: [[Int128]] = []
    for _ in 0..<3 {
      var list: [Int128] = []
      for _ in 0..<(try reader.count()) { list.append(try reader.wide()) }
      lists.append(list)
    }
    try reader.end()
    (used, charged, lent) = (lists[0], lists[1], lists[2])
  }
}
