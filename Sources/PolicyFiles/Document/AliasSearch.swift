/// Finds YAML aliases, which policy and fleet files do without.
///
/// An alias is a few bytes that stand for a whole part of the file, so a small file can stand for
/// more than any machine holds, and the YAML library already compares such parts while it reads
/// ("billion laughs"). So the text is searched before it is read. The search may take a word such
/// as `*fast*` inside a quoted text for an alias, but it overlooks none.
struct AliasSearch {
  /// Line and column of the first alias, counted from 1, or nil.
  static func first(in text: String) -> (line: Int, column: Int)? {
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated()
    {
      if let column = column(in: Array(line.utf8)) { return (index + 1, column) }
    }
    return nil
  }

  private static func column(in line: [UInt8]) -> Int? {
    var previous: UInt8 = 0x20
    for (index, byte) in line.enumerated() {
      let isApart = previous == 0x20 || previous == 0x09
      // What looks like a comment may stand in a quoted text, but that must end for an alias to
      // follow: without a quote behind it, no alias is on this line.
      if byte == 0x23, isApart, !line[index...].contains(where: { $0 == 0x22 || $0 == 0x27 }) {
        return nil
      }
      let next = index + 1 < line.count ? line[index + 1] : 0x20
      if byte == 0x2A, isApart || indicators.contains(previous), next != 0x20, next != 0x09 {
        return index + 1
      }
      previous = byte
    }
    return nil
  }

  /// What an alias may stand right behind: `[`, `{`, `,`, `:`, and a byte order mark (its last).
  private static let indicators: [UInt8] = [0x5B, 0x7B, 0x2C, 0x3A, 0xBF]
}
