internal import Gzip

/// The lines of a file, one at a time, as ranges of one buffer that never grows.
struct LineReader: ~Copyable {
  /// One line of the file.
  enum Line {
    /// Where the line lies in `bytes`, without its line end.
    case text(Range<Int>)
    /// The line is longer than `longestLine`; it was passed over.
    case tooLong
  }

  /// The longest line that is read, in bytes.
  ///
  /// Real traces stay below 300; what is longer is no trace, and must not fill the memory.
  static let longestLine = 64 << 10

  /// Room for one line of any length, and 128 KiB of fresh bytes behind it.
  private static let bufferBytes = longestLine + (128 << 10)

  private static let newline = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")

  /// The buffer that ranges point into; `next()` makes earlier ranges meaningless.
  private(set) var bytes = [UInt8](repeating: 0, count: bufferBytes)
  /// The 1-based number of the line that `next()` gave last.
  private(set) var number = 0

  private var file: ByteFile
  private var lineStart = 0
  private var start = 0
  private var end = 0
  private var isExhausted = false

  init(path: String) throws(ByteFileError) { file = try ByteFile(path: path) }

  /// The next line, or nil at the end of the file.
  mutating func next() throws(ByteFileError) -> Line? {
    var searched = start
    while true {
      if let newline = newline(from: searched) {
        let line = start..<newline
        start = newline + 1
        return finish(line)
      }
      guard end - start <= Self.longestLine else { return try passOver() }
      let waiting = end - start
      guard try fill() else {
        guard waiting > 0 else { return nil }
        let line = start..<end
        start = end
        return finish(line)
      }
      searched = start + waiting
    }
  }

  /// Goes back to before the line that `next()` gave last, which must have been text.
  mutating func stepBack() {
    start = lineStart
    number -= 1
  }

  private mutating func finish(_ line: Range<Int>) -> Line {
    number += 1
    lineStart = line.lowerBound
    guard line.count <= Self.longestLine else { return .tooLong }
    guard let last = line.last, bytes[last] == Self.carriageReturn else { return .text(line) }
    return .text(line.lowerBound..<last)
  }

  /// Drops bytes up to the next newline or the end of the file.
  private mutating func passOver() throws(ByteFileError) -> Line {
    number += 1
    while true {
      start = end
      guard try fill() else { return .tooLong }
      if let newline = newline(from: start) {
        start = newline + 1
        return .tooLong
      }
    }
  }

  private func newline(from place: Int) -> Int? {
    let span = bytes.span
    for index in place..<end where span[index] == Self.newline { return index }
    return nil
  }

  /// Moves the unread bytes to the front and reads more behind them; false at the end of the file.
  private mutating func fill() throws(ByteFileError) -> Bool {
    guard !isExhausted else { return false }
    for index in start..<end { bytes[index - start] = bytes[index] }
    end -= start
    start = 0
    let count = try file.read(into: &bytes, at: end)
    end += count
    isExhausted = count == 0
    return !isExhausted
  }
}
