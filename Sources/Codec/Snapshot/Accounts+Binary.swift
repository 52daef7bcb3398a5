import Accounts
import Units

extension AccountTree: BinaryValue {
  /// Deeper than any consortium; a depth is a byte.
  private static let mostLevels = 100

  init(from reader: inout ByteReader) throws(CodecError) {
    self.init(root: try reader.text())
    for _ in 0..<(try reader.count()) {
      let start = reader.offset
      let account = try reader.value(Account.self)
      guard let parent = account.parent, Int(parent.number) < count, count < Self.mostAccounts,
        depths[Int(parent.number)] < Self.mostLevels,
        child(named: account.name, of: parent) == nil
      else {
        throw CodecError(.contradiction("account '\(account.name)' has no place"), at: start)
      }
      add(account)
    }
  }

  func write(to writer: inout ByteWriter) {
    writer.put(self[.root].name)
    writer.put(list: Array(accounts.dropFirst()))
  }
}

extension Account: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) {
    let name = try reader.text()
    self.init(name: name, kind: try reader.word(), parent: try reader.value(AccountID.self))
    memberClass = try reader.flag() ? try reader.word() : nil
    entitlement = Entitlement(ofEach: try reader.value(), ofModels: try reader.list())
    weight = try reader.flag() ? try reader.int(in: 0 ... .max) : nil
    lendLimit = try reader.optional()
    borrowLimit = try reader.optional()
    budgets = try reader.list()
    if reader.version >= 2 { isClosed = try reader.flag() }
  }

  func write(to writer: inout ByteWriter) {
    writer.put(name)
    writer.put(word: kind)
    writer.put(parent ?? .root)
    writer.put(memberClass != nil)
    if let memberClass { writer.put(word: memberClass) }
    writer.put(entitlement.ofEach)
    writer.put(list: entitlement.ofModels)
    writer.put(optional: weight)
    writer.put(optional: lendLimit)
    writer.put(optional: borrowLimit)
    writer.put(list: budgets)
    writer.put(isClosed)
  }
}

extension AccountAmount: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) {
    let start = reader.offset
    switch try reader.byte() {
    case 0: self = .fraction(try reader.int(in: 0...1_000_000_000))
    case 1: self = .accelerators(try reader.int(in: 0 ... .max))
    case let tag: throw CodecError(.unknownTag(UInt64(tag)), at: start)
    }
  }

  func write(to writer: inout ByteWriter) {
    switch self {
    case .fraction(let millionths):
      writer.put(byte: 0)
      writer.put(millionths)
    case .accelerators(let count):
      writer.put(byte: 1)
      writer.put(count)
    }
  }
}

extension Entitlement.OfModel: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) {
    self.init(model: try reader.text(), amount: try reader.value())
  }

  func write(to writer: inout ByteWriter) {
    writer.put(model)
    writer.put(amount)
  }
}

extension Budget: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) {
    self.init(
      acceleratorMilliseconds: try reader.signed(), from: try reader.instant(),
      until: try reader.instant(), stopsHard: try reader.flag())
  }

  func write(to writer: inout ByteWriter) {
    writer.put(acceleratorMilliseconds)
    writer.put(from)
    writer.put(until)
    writer.put(stopsHard)
  }
}

extension Purse: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) {
    let start = reader.offset
    let (amount, spent, reserved) = (
      try reader.signed(), try reader.signed(), try reader.signed()
    )
    guard let purse = Purse(restoring: amount, spent: spent, reserved: reserved) else {
      throw CodecError(.contradiction("a budget that can't be"), at: start)
    }
    self = purse
  }

  func write(to writer: inout ByteWriter) {
    writer.put(amount)
    writer.put(spent)
    writer.put(reserved)
  }
}

extension AccountBook.Holding: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) {
    self.init()
    held = try reader.int()
    alwaysBorrowed = try reader.int()
    offset = try reader.wide()
  }

  func write(to writer: inout ByteWriter) {
    writer.put(held)
    writer.put(alwaysBorrowed)
    writer.put(offset)
  }
}

extension AccountBook.Charge: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) {
    self.init()
    rate = try reader.int()
    decayed = try reader.wide()
    offset = try reader.wide()
    rateAbove = try reader.int()
    decayedAbove = try reader.wide()
  }

  func write(to writer: inout ByteWriter) {
    writer.put(rate)
    writer.put(decayed)
    writer.put(offset)
    writer.put(rateAbove)
    writer.put(decayedAbove)
  }
}

extension AccountBook.Loan: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) {
    self.init()
    milli = try reader.int()
    offset = try reader.wide()
  }

  func write(to writer: inout ByteWriter) {
    writer.put(milli)
    writer.put(offset)
  }
}

extension AccountBook.Image: BinaryValue {
  /// 36 million years before and after: reckoning with such instants can't overflow.
  private static let calendar: ClosedRange<Int> = -(1 << 60)...(1 << 60)

  init(from reader: inout ByteReader) throws(CodecError) {
    func instant() throws(CodecError) -> Instant {
      let start = reader.offset
      let instant = try reader.instant()
      guard Self.calendar.contains(Int(instant.milliseconds)) else {
        throw CodecError(.outOfRange(instant.milliseconds), at: start)
      }
      return instant
    }
    self.init(start: try instant())
    epoch = try instant()
    holdings = try reader.list()
    direct = try reader.list()
    charges = try reader.list()
    for _ in 0..<(try reader.count()) { purses.append(try reader.list()) }
    refunds = try reader.list()
    loans = try reader.list()
    borrowed = try reader.list()
    guard reader.version >= 2 else { return }
    models = try reader.list()
    guard !models.isEmpty else { throw reader.fault(.contradiction("a book of no model")) }
  }

  func write(to writer: inout ByteWriter) {
    writer.put(start)
    writer.put(epoch)
    writer.put(list: holdings)
    writer.put(list: direct)
    writer.put(list: charges)
    writer.put(count: purses.count)
    for list in purses { writer.put(list: list) }
    writer.put(list: refunds)
    writer.put(list: loans)
    writer.put(list: borrowed)
    writer.put(list: models)
  }
}
