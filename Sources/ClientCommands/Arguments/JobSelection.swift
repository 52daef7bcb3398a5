public import ArgumentParser

/// Jobs as they are typed: `17`, `17-20`, `17,19`; of an array: `17_3`, `17_[1-3,7]`, `17_*`.
public struct JobSelection: Hashable, Sendable, ExpressibleByArgument {
  /// Jobs by their numbers.
  public var jobs: [UInt32] = []
  /// Jobs of arrays, by the array's first job and their indices; nil: all of it.
  public var members: [ArrayMembers] = []

  /// Some jobs of an array.
  public struct ArrayMembers: Hashable, Sendable {
    /// The number of the array's first job.
    public var array: UInt32
    /// Their indices; nil: all.
    public var indices: [UInt32]?
  }

  /// Reads jobs; nil where it names none.
  public init?(argument: String) {
    for item in Self.items(argument) {
      let halves = item.split(separator: "_", maxSplits: 1, omittingEmptySubsequences: false)
      if halves.count == 2 {
        guard let array = Self.number(halves[0]) else { return nil }
        let inner = halves[1].hasPrefix("[") && halves[1].hasSuffix("]")
        let list = inner ? halves[1].dropFirst().dropLast() : halves[1]
        guard list == "*" || (try? ArrayArgument.indices(list)) != nil else { return nil }
        let indices = list == "*" ? nil : try? ArrayArgument.indices(list)
        members.append(ArrayMembers(array: array, indices: indices))
        continue
      }
      let ends = item.split(separator: "-", omittingEmptySubsequences: false)
      guard ends.count <= 2, let first = ends.first.flatMap({ Self.number($0) }),
        let last = ends.last.flatMap({ Self.number($0) }), first <= last,
        last - first < 100_000
      else { return nil }
      jobs += first...last
    }
  }

  /// What stands between commas that no brackets hold.
  private static func items(_ text: String) -> [Substring] {
    var depth = 0
    return text.split(omittingEmptySubsequences: false) { character in
      if character == "[" { depth += 1 }
      if character == "]" { depth -= 1 }
      return character == "," && depth == 0
    }
  }

  private static func number(_ text: Substring) -> UInt32? {
    guard text.utf8.allSatisfy({ (48...57).contains($0) }), let number = UInt32(text), number > 0
    else { return nil }
    return number
  }
}
