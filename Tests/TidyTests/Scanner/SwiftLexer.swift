/// Takes Swift text apart into tokens and comments; never fails, whatever it is given.
///
/// Code in an interpolation is code: `"\(a)"` is a string, `(`, `a`, `)`. A regular expression
/// between bare slashes is told from a division by what stands before and after the first slash.
struct SwiftLexer {
  private let bytes: [UInt8]
  private var at = 0
  private var line = 1
  private var lastTokenEnd = 0
  private(set) var tokens: [SwiftToken] = []
  private(set) var comments: [SwiftComment] = []

  init(_ text: String) {
    bytes = Array(text.utf8)
    while at < bytes.count { lexOne() }
  }

  private func peek(_ distance: Int = 0) -> UInt8 {
    at + distance < bytes.count ? bytes[at + distance] : 0
  }

  private mutating func lexOne() {
    let byte = peek()
    switch byte {
    case UInt8(ascii: "\n"):
      line += 1
      at += 1
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
      at += 1
    case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "/"):
      lexLineComment()
    case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"):
      lexBlockComment()
    case UInt8(ascii: "\""):
      lexString(hashes: 0)
    case UInt8(ascii: "#"):
      lexHash()
    case UInt8(ascii: "/") where isRegexStart:
      lexRegex(hashes: 0)
    case UInt8(ascii: "`"):
      let start = at
      at += 1
      while at < bytes.count, peek() != UInt8(ascii: "`"), peek() != UInt8(ascii: "\n") { at += 1 }
      at = min(at + 1, bytes.count)
      append(.word, from: start)
    case _ where isDigit(byte):
      let start = at
      at += 1
      while isWordByte(peek()) || (peek() == UInt8(ascii: ".") && isDigit(peek(1))) { at += 1 }
      append(.number, from: start)
    case _ where isWordByte(byte):
      let start = at
      while isWordByte(peek()) { at += 1 }
      append(.word, from: start)
    default:
      at += 1
      append(.mark, from: at - 1)
    }
  }

  private mutating func append(_ kind: SwiftToken.Kind, from start: Int) {
    let text = String(decoding: bytes[start..<at], as: UTF8.self)
    let isSpaced = tokens.isEmpty || lastTokenEnd < start
    tokens.append(
      SwiftToken(kind: kind, text: text, line: line, lastLine: line, isSpaced: isSpaced))
    lastTokenEnd = at
  }

  // MARK: Comments

  private mutating func lexLineComment() {
    let start = at
    while at < bytes.count, peek() != UInt8(ascii: "\n") { at += 1 }
    appendComment(from: start)
  }

  private mutating func lexBlockComment() {
    var start = at
    var depth = 0
    repeat {
      if peek() == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "*") {
        depth += 1
        at += 2
      } else if peek() == UInt8(ascii: "*"), peek(1) == UInt8(ascii: "/") {
        depth -= 1
        at += 2
      } else if peek() == UInt8(ascii: "\n") {
        appendComment(from: start)
        at += 1
        line += 1
        start = at
      } else {
        at += 1
      }
    } while depth > 0 && at < bytes.count
    at = min(at, bytes.count)
    appendComment(from: start)
  }

  private mutating func appendComment(from start: Int) {
    var before = start - 1
    while before >= 0, bytes[before] == UInt8(ascii: " ") || bytes[before] == UInt8(ascii: "\t") {
      before -= 1
    }
    let text = String(decoding: bytes[start..<at], as: UTF8.self)
    let startsLine = before < 0 || bytes[before] == UInt8(ascii: "\n")
    comments.append(SwiftComment(text: text, line: line, startsLine: startsLine))
  }

  // MARK: Literals

  private mutating func lexHash() {
    var hashes = 0
    while peek(hashes) == UInt8(ascii: "#") { hashes += 1 }
    if peek(hashes) == UInt8(ascii: "\"") {
      lexString(hashes: hashes)
    } else if peek(hashes) == UInt8(ascii: "/") {
      lexRegex(hashes: hashes)
    } else {
      at += 1
      append(.mark, from: at - 1)
    }
  }

  private mutating func lexString(hashes: Int) {
    let index = beginLiteral()
    at += hashes
    let isMultiline = opensMultilineString
    let quotes = isMultiline ? 3 : 1
    at += quotes
    while at < bytes.count {
      let byte = peek()
      if byte == UInt8(ascii: "\\"), areHashes(hashes, at: 1) {
        at += 1 + hashes
        if peek() == UInt8(ascii: "(") {
          lexInterpolation()
        } else {
          if peek() == UInt8(ascii: "\n") { line += 1 }
          at += 1
        }
      } else if byte == UInt8(ascii: "\""), areQuotes(quotes), areHashes(hashes, at: quotes) {
        at += quotes + hashes
        break
      } else if byte == UInt8(ascii: "\n") {
        if !isMultiline { break }
        line += 1
        at += 1
      } else {
        at += 1
      }
    }
    endLiteral(index)
  }

  private mutating func lexInterpolation() {
    var depth = 0
    repeat {
      let count = tokens.count
      lexOne()
      guard tokens.count == count + 1, let token = tokens.last, token.kind == .mark else {
        continue
      }
      if token.text == "(" { depth += 1 }
      if token.text == ")" { depth -= 1 }
    } while depth > 0 && at < bytes.count
  }

  private mutating func lexRegex(hashes: Int) {
    let index = beginLiteral()
    at += hashes + 1
    while at < bytes.count {
      if peek() == UInt8(ascii: "\\") {
        at += 2
      } else if peek() == UInt8(ascii: "/"), areHashes(hashes, at: 1) {
        at += 1 + hashes
        break
      } else {
        if peek() == UInt8(ascii: "\n") { line += 1 }
        at += 1
      }
    }
    endLiteral(index)
  }

  private mutating func beginLiteral() -> Int {
    let isSpaced = tokens.isEmpty || lastTokenEnd < at
    tokens.append(
      SwiftToken(kind: .string, text: "\"\"", line: line, lastLine: line, isSpaced: isSpaced))
    return tokens.count - 1
  }

  private mutating func endLiteral(_ index: Int) {
    at = min(at, bytes.count)
    tokens[index].lastLine = line
    lastTokenEnd = at
  }

  // MARK: What comes next

  /// Three quotes open a string over several lines only where nothing follows on their line.
  private var opensMultilineString: Bool {
    guard areQuotes(3) else { return false }
    var next = 3
    while peek(next) == UInt8(ascii: " ") { next += 1 }
    return peek(next) == UInt8(ascii: "\n")
  }

  private var isRegexStart: Bool {
    if let last = tokens.last {
      let opens = last.kind == .mark && "([{,=:;!&|?".contains(last.text)
      guard opens || last.text == "return" else { return false }
    }
    guard !" \t\n),".utf8.contains(peek(1)) else { return false }
    var next = 1
    while peek(next) != 0, peek(next) != UInt8(ascii: "\n") {
      if peek(next) == UInt8(ascii: "/") { return true }
      next += peek(next) == UInt8(ascii: "\\") ? 2 : 1
    }
    return false
  }

  private func areHashes(_ count: Int, at distance: Int) -> Bool {
    (0..<count).allSatisfy { peek(distance + $0) == UInt8(ascii: "#") }
  }

  private func areQuotes(_ count: Int) -> Bool {
    (0..<count).allSatisfy { peek($0) == UInt8(ascii: "\"") }
  }

  private func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  private func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x24, 0x80...0xFF: true
    default: false
    }
  }
}
