/// How the bytes of a line are looked at and shown.
extension Span<UInt8> {
  /// The first place from `start` on that is neither a space nor a tab.
  @inline(__always)
  func firstNonBlank(from start: Int) -> Int {
    var place = start
    while place < count, self[place].isBlank { place += 1 }
    return place
  }

  /// `range` without the blanks at its ends; empty at its end where it holds nothing else.
  func trimmed(_ range: Range<Int>) -> Range<Int> {
    var (lower, upper) = (range.lowerBound, range.upperBound)
    while lower < upper, self[lower].isBlank { lower += 1 }
    while upper > lower, self[upper - 1].isBlank { upper -= 1 }
    return lower..<upper
  }

  /// The bytes of a field as a person may read them: at most 24, with what is not text escaped.
  func shown(_ range: Range<Int>) -> String {
    let most = 24
    var text = ""
    for place in range.prefix(most) {
      let byte = self[place]
      if byte >= 0x20 && byte < 0x7F {
        text.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        text += byte < 16 ? "\\x0" : "\\x"
        text += String(byte, radix: 16, uppercase: true)
      }
    }
    return range.count > most ? text + "…" : text
  }

  /// The first byte of `range` that is not ASCII.
  func firstBeyondASCII(_ range: Range<Int>) -> Int? {
    for place in range where self[place] >= 0x80 { return place }
    return nil
  }
}

extension StringProtocol {
  /// The text as a person may read it: at most 24 bytes, with what is not plain ASCII escaped.
  var shown: String {
    let bytes = Array(utf8.prefix(25))
    return bytes.span.shown(0..<bytes.count)
  }
}

extension UInt8 {
  /// Whether this byte parts words: a space or a tab.
  @inline(__always)
  var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }
}

extension LineFault {
  /// A line that `LineReader` passed over.
  static var lineTooLong: LineFault {
    LineFault(
      column: 1, what: "the line is longer than \(LineReader.longestLine) bytes",
      fix: "check that this is a trace, and break its lines")
  }

  /// A field with a byte that no trace format knows.
  static func notASCII(_ byte: UInt8, column: Int) -> LineFault {
    let name = String(byte, radix: 16, uppercase: true)
    return LineFault(
      column: column, what: "byte 0x\(name) is not ASCII",
      fix: "write the trace in plain ASCII, without a byte-order mark")
  }
}
