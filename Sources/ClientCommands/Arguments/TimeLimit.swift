/// A time limit as it is typed: `4h`, `1d12h`, or Slurm's `90`, `10:00`, `1:30:00`, `2-12:00`.
public enum TimeLimit: Hashable, Sendable {
  /// As long as the access mode allows.
  case ofMode
  /// So many milliseconds.
  case milliseconds(Int64)

  private static let units: [(name: String, seconds: Int64)] = [
    ("s", 1), ("min", 60), ("m", 60), ("h", 3600), ("d", 86_400), ("w", 604_800),
  ]

  /// The longest that can be asked for: ten years.
  private static let mostSeconds: Int64 = 10 * 366 * 86_400

  /// Reads a limit; a bare number counts minutes, as Slurm's does.
  ///
  /// - Throws: `ArgumentFault`.
  public init(parsing text: String) throws(ArgumentFault) {
    if ["0", "unlimited", "infinite"].contains(text.lowercased()) {
      self = .ofMode
      return
    }
    guard let seconds = Self.slurmSeconds(text) ?? Self.seconds(text), seconds > 0 else {
      throw ArgumentFault("give a time such as 4h, 90m, 1:30:00 or 2-12:00")
    }
    guard seconds <= Self.mostSeconds else {
      throw ArgumentFault("that is more than ten years; 0 asks for what the mode allows")
    }
    self = .milliseconds(seconds * 1000)
  }

  /// A span such as `30m` or `1h30m`, in milliseconds.
  ///
  /// - Throws: `ArgumentFault`.
  public static func span(parsing text: String) throws(ArgumentFault) -> Int64 {
    guard let seconds = seconds(text), seconds <= mostSeconds else {
      throw ArgumentFault("give a time such as 90s, 30m, 4h or 1d12h")
    }
    return seconds * 1000
  }

  /// Numbers with their units, one behind the other.
  static func seconds(_ text: String) -> Int64? {
    var sum: Int64 = 0
    var rest = text[...]
    guard !rest.isEmpty else { return nil }
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      let name = rest.dropFirst(digits.count).prefix { $0.isLetter }
      guard let count = number(digits), let unit = units.first(where: { $0.name == name }) else {
        return nil
      }
      sum += count * unit.seconds
      rest = rest.dropFirst(digits.count + name.count)
    }
    return sum
  }

  /// `min`, `min:sec`, `h:m:s`, `d-h`, `d-h:m`, `d-h:m:s`.
  private static func slurmSeconds(_ text: String) -> Int64? {
    let halves = text.split(separator: "-", omittingEmptySubsequences: false)
    guard halves.count <= 2, let clock = halves.last else { return nil }
    var numbers: [Int64] = []
    for part in clock.split(separator: ":", omittingEmptySubsequences: false) {
      guard let number = number(part) else { return nil }
      numbers.append(number)
    }
    guard numbers.count <= 3 else { return nil }
    if halves.count == 2 {
      guard let days = number(halves[0]) else { return nil }
      numbers += [Int64](repeating: 0, count: 3 - numbers.count)
      return days * 86_400 + numbers[0] * 3600 + numbers[1] * 60 + numbers[2]
    }
    switch numbers.count {
    case 1: return numbers[0] * 60
    case 2: return numbers[0] * 60 + numbers[1]
    default: return numbers[0] * 3600 + numbers[1] * 60 + numbers[2]
    }
  }

  /// Digits that make a number small enough to be multiplied and added without a thought.
  private static func number(_ digits: Substring) -> Int64? {
    guard (1...9).contains(digits.utf8.count), digits.utf8.allSatisfy({ (48...57).contains($0) })
    else { return nil }
    return Int64(digits)
  }
}

/// What is wrong with a word that was typed, and what to type instead.
public struct ArgumentFault: Error, Hashable, Sendable, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }
}
