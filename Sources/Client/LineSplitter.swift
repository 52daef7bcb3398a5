import Foundation

/// Cuts bytes that come in pieces of any size into lines.
struct LineSplitter {
  private var rest = Data()

  /// Takes a piece and hands on each line that it ends; false: no more is wanted.
  mutating func add(_ bytes: Data, _ each: (Data) -> Bool) -> Bool {
    var start = bytes.startIndex
    while let end = bytes[start...].firstIndex(of: 0x0a) {
      let isWanted: Bool
      if rest.isEmpty {
        isWanted = hand(on: bytes[start..<end], each)
      } else {
        rest.append(bytes[start..<end])
        isWanted = hand(on: rest, each)
        rest.removeAll(keepingCapacity: true)
      }
      guard isWanted else { return false }
      start = end + 1
    }
    rest.append(bytes[start...])
    return true
  }

  /// Hands on a last line that no newline ends.
  func finish(_ each: (Data) -> Bool) -> Bool { hand(on: rest, each) }

  private func hand(on line: Data, _ each: (Data) -> Bool) -> Bool {
    line.isEmpty || each(line)
  }
}
