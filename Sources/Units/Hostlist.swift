/// Names of nodes written short: `n[000-003,7],login` stands for six nodes.
///
/// A bracket holds comma-separated numbers and ranges; a range's first number sets the width, as
/// in Slurm. One bracket a name, at its end; text may not follow it.
public struct Hostlist: Sendable {
  /// The names, in the order written.
  public var names: [NodeName]

  /// The most names one hostlist may stand for: a guard against `n[0-999999999]`.
  public static let mostNames = 1_000_000

  /// A hostlist of these names.
  public init(names: [NodeName]) { self.names = names }

  /// Reads a hostlist.
  ///
  /// - Throws: `HostlistError` with the offset of the first character that does not belong.
  public init(parsing text: String) throws(HostlistError) {
    var parser = HostlistParser(bytes: Array(text.utf8))
    try parser.parse()
    names = parser.names
  }
}

extension Hostlist: CustomStringConvertible {
  /// The shortest hostlist of the names in their order: neighbours that count up share a bracket.
  public var description: String {
    var text: [UInt8] = []
    var writer = HostlistWriter()
    for name in names { writer.add(name, to: &text) }
    writer.finish(&text)
    return String(decoding: text, as: UTF8.self)
  }
}

/// Writes a hostlist name by name without holding the names.
public struct HostlistWriter: Sendable {
  private var pending: NodeName?
  private var last: UInt32 = 0
  private var bracketOpen = false

  /// A writer at the beginning of a hostlist.
  public init() {}

  /// Takes the next name; text appears once its run is known.
  public mutating func add(_ name: NodeName, to text: inout [UInt8]) {
    if let run = pending, let number = name.number, run.number != nil,
      run.prefix == name.prefix, run.width == name.width
    {
      if number == last &+ 1 {
        last = number
        return
      }
      if !bracketOpen { openBracket(run, &text) } else { writeRun(run, &text) }
      text.append(0x2C)
      pending = name
      last = number
      return
    }
    finish(&text)
    if !text.isEmpty, text.last != 0x20, text.last != 0x09 { text.append(0x2C) }
    pending = name
    last = name.number ?? 0
  }

  /// Writes what is still held back; the writer is then at the beginning again.
  public mutating func finish(_ text: inout [UInt8]) {
    guard let run = pending else { return }
    pending = nil
    if bracketOpen {
      writeRun(run, &text)
      text.append(0x5D)
      bracketOpen = false
    } else if run.number == nil || run.number == last {
      run.write(into: &text)
    } else {
      openBracket(run, &text)
      text.append(0x5D)
      bracketOpen = false
    }
  }

  private mutating func openBracket(_ run: NodeName, _ text: inout [UInt8]) {
    text.append(contentsOf: run.prefix.utf8)
    text.append(0x5B)
    bracketOpen = true
    writeRun(run, &text)
  }

  private func writeRun(_ run: NodeName, _ text: inout [UInt8]) {
    let first = run.number ?? 0
    text.append(decimal: UInt64(first), width: run.width)
    guard last != first else { return }
    text.append(0x2D)
    text.append(decimal: UInt64(last), width: run.width)
  }
}

/// Why a hostlist could not be read, and where.
public struct HostlistError: Error, Equatable, Sendable {
  /// What is wrong.
  public enum Cause: Equatable, Sendable {
    /// A name has no characters.
    case emptyName
    /// A number was expected.
    case numberExpected
    /// A bracket is not closed.
    case bracketNotClosed
    /// Text stands after a closing bracket.
    case textAfterBracket
    /// A range's end is before its start.
    case rangeBackwards
    /// It stands for more than `Hostlist.mostNames` names, or a number has over nine digits.
    case tooLarge
    /// A character that no node's name may hold.
    case badCharacter
  }

  /// What is wrong.
  public var cause: Cause

  /// Where: the offset in bytes from the text's start.
  public var offset: Int
}

extension HostlistError: CustomStringConvertible {
  public var description: String {
    let what =
      switch cause {
      case .emptyName: "a node name is missing"
      case .numberExpected: "a number is expected here"
      case .bracketNotClosed: "this bracket is not closed: add ']'"
      case .textAfterBracket: "text after ']': end the name there, or put ',' before the next"
      case .rangeBackwards: "the range runs backwards: write the smaller number first"
      case .tooLarge: "too many nodes, or too many digits: at most 1,000,000 nodes, nine digits"
      case .badCharacter: "not a character of a node name: use letters, digits, '-', '_' and '.'"
      }
    return "hostlist, character \(offset + 1): \(what)"
  }
}

private struct HostlistParser {
  let bytes: [UInt8]
  var at = 0
  var names: [NodeName] = []

  mutating func parse() throws(HostlistError) {
    repeat {
      try parseName()
      guard at < bytes.count else { return }
      guard bytes[at] == 0x2C else { throw HostlistError(cause: .textAfterBracket, offset: at) }
      at += 1
    } while true
  }

  private mutating func parseName() throws(HostlistError) {
    let start = at
    while at < bytes.count, bytes[at] != 0x2C, bytes[at] != 0x5B {
      guard isNameByte(bytes[at]) else { throw HostlistError(cause: .badCharacter, offset: at) }
      at += 1
    }
    // A name may be a number alone, so nothing need stand before a bracket.
    let isBracket = at < bytes.count && bytes[at] == 0x5B
    guard at > start || isBracket else { throw HostlistError(cause: .emptyName, offset: start) }
    let text = String(decoding: bytes[start..<at], as: UTF8.self)
    guard isBracket else {
      try add(NodeName(text), at: start)
      return
    }
    let bracket = at
    repeat {
      at += 1
      try parseRange(prefix: text)
      guard at < bytes.count else {
        throw HostlistError(cause: .bracketNotClosed, offset: bracket)
      }
    } while bytes[at] == 0x2C
    guard bytes[at] == 0x5D else {
      throw HostlistError(cause: .numberExpected, offset: at)
    }
    at += 1
  }

  private mutating func parseRange(prefix: String) throws(HostlistError) {
    let start = at
    let (first, width) = try parseNumber()
    var last = first
    if at < bytes.count, bytes[at] == 0x2D {
      at += 1
      last = try parseNumber().value
      guard last >= first else { throw HostlistError(cause: .rangeBackwards, offset: start) }
    }
    guard names.count + Int(last - first) < Hostlist.mostNames else {
      throw HostlistError(cause: .tooLarge, offset: start)
    }
    for number in first...last {
      var text = Array(prefix.utf8)
      text.append(decimal: UInt64(number), width: width)
      names.append(NodeName(String(decoding: text, as: UTF8.self)))
    }
  }

  private mutating func parseNumber() throws(HostlistError) -> (value: UInt32, width: Int) {
    let start = at
    var value: UInt32 = 0
    while at < bytes.count, bytes[at] >= 0x30, bytes[at] <= 0x39 {
      guard at - start < 9 else { throw HostlistError(cause: .tooLarge, offset: start) }
      value = value * 10 + UInt32(bytes[at] - 0x30)
      at += 1
    }
    guard at > start else { throw HostlistError(cause: .numberExpected, offset: at) }
    return (value, at - start)
  }

  private mutating func add(_ name: NodeName, at offset: Int) throws(HostlistError) {
    guard names.count < Hostlist.mostNames else {
      throw HostlistError(cause: .tooLarge, offset: offset)
    }
    names.append(name)
  }

  private func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
    default: false
    }
  }
}
