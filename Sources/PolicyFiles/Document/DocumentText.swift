import Units

/// YAML as it is written: keys in order, two spaces a level.
struct DocumentText {
  private(set) var text = ""
  private var depth = 0

  /// Adds `key: value`.
  mutating func add(_ key: String, _ value: String) {
    text += indent + Self.word(key) + ": " + value + "\n"
  }

  /// Adds a key with a mapping; an empty one where nothing is added inside.
  mutating func nest(_ key: String, _ inside: (inout DocumentText) -> Void) {
    var nested = DocumentText()
    nested.depth = depth + 1
    inside(&nested)
    guard !nested.text.isEmpty else { return add(key, "{}") }
    text += indent + Self.word(key) + ":\n" + nested.text
  }

  private var indent: String { String(repeating: "  ", count: depth) }

  /// A list on one line.
  static func list(_ entries: [String]) -> String { "[" + entries.joined(separator: ", ") + "]" }

  /// A mapping on one line.
  static func mapping(_ entries: [(key: String, value: String)]) -> String {
    "{" + entries.map { "\(word($0.key)): \($0.value)" }.joined(separator: ", ") + "}"
  }

  /// A word, quoted where it isn't plain.
  static func word(_ word: String) -> String {
    let isPlain = word.utf8.allSatisfy {
      (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || $0 == 0x2D || $0 == 0x5F
        || (0x30...0x39).contains($0)
    }
    if isPlain, let first = word.utf8.first, first != 0x2D { return word }
    var quoted = "\""
    for character in word.unicodeScalars {
      // An asterisk could be taken for an alias.
      let isPlain =
        (0x20..<0x7F).contains(character.value) && !"\"\\*".unicodeScalars.contains(character)
      if isPlain {
        quoted.unicodeScalars.append(character)
      } else {
        let digits = String(character.value, radix: 16)
        quoted += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
      }
    }
    return quoted + "\""
  }

  static func flag(_ flag: Bool) -> String { flag ? "yes" : "no" }

  static func span(_ span: TimeSpan) -> String {
    DocumentNode.written(span.milliseconds / 1000)
  }

  static func hours(_ acceleratorMilliseconds: Int64) -> String {
    "\(acceleratorMilliseconds / 3_600_000) accelerator-hours"
  }

  /// A day, or a day and a time in UTC.
  static func date(_ instant: Instant) -> String {
    let seconds = Int(instant.milliseconds / 1000)
    let (days, rest) = (seconds / 86_400, seconds % 86_400)
    // Hinnant, "chrono-compatible low-level date algorithms": days since 0000-03-01.
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * month + 2) / 5 + 1
    let year = era * 400 + yearOfEra + (month >= 10 ? 1 : 0)
    let date = "\(year)-\(two(month < 10 ? month + 3 : month - 9))-\(two(day))"
    guard rest > 0 else { return date }
    return date + "T\(two(rest / 3600)):\(two(rest / 60 % 60)):\(two(rest % 60))Z"
  }

  private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

  /// Minutes of a day as `06:00`, quoted: some readers take it for a number.
  static func timeOfDay(_ span: TimeSpan) -> String {
    let minutes = Int(span.milliseconds / 60_000)
    return "\(two(minutes / 60)):\(two(minutes % 60))"
  }
}
