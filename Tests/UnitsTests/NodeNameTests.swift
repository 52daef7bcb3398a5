import Testing
import Units

@Suite struct `A node's name` {
  private static let parts: [(name: String, prefix: String, number: UInt32?, width: Int)] = [
    ("n7", "n", 7, 1),
    ("rack2-n007", "rack2-n", 7, 3),
    ("login", "login", nil, 0),
    ("42", "", 42, 2),
    ("n0", "n", 0, 1),
    ("n000", "n", 0, 3),
    ("n123456789", "n", 123_456_789, 9),
    ("n1234567890", "n1", 234_567_890, 9),
    ("n7a", "n7a", nil, 0),
    ("", "", nil, 0),
    // A sign that joins the digit after it into one character.
    ("\u{0600}7", "\u{0600}", 7, 1),
  ]

  @Test(arguments: parts.indices) func `comes apart into prefix, number and width`(row: Int) {
    let (written, prefix, number, width) = Self.parts[row]
    let name = NodeName(written)
    #expect(name.prefix == prefix)
    #expect(name.number == number)
    #expect(name.width == width)
    #expect(Array(name.description.utf8) == Array(written.utf8))
  }

  @Test func `differs where only the zeros differ`() {
    #expect(NodeName("n07") != NodeName("n7"))
    #expect(NodeName("n07") == NodeName("n07"))
  }

  @Test(arguments: [
    (0, 0, "0"), (0, 3, "000"), (42, 1, "42"), (42, 4, "0042"),
    (UInt64.max, 0, "18446744073709551615"),
  ])
  func `has its number padded with zeros`(value: UInt64, width: Int, expected: String) {
    var text: [UInt8] = []
    text.append(decimal: value, width: width)
    #expect(String(decoding: text, as: UTF8.self) == expected)
  }

  @Test(arguments: [
    (0, "0"), (-1, "-1"), (Int64.max, "9223372036854775807"), (Int64.min, "-9223372036854775808"),
  ])
  func `stands in logs beside signed numbers`(value: Int64, expected: String) {
    var text: [UInt8] = []
    text.append(decimal: value)
    #expect(String(decoding: text, as: UTF8.self) == expected)
  }
}
