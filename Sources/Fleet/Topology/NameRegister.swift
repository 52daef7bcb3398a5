import Units

/// Names that must differ: says at once of each whether it is there already.
///
/// Names that count up, as they do in a regular fleet, are appended. Any other goes into a short
/// list beside, which is merged when it is long, so that no order of names costs their number
/// squared.
struct NameRegister: Sendable {
  private var sorted: [NodeName] = []
  private var recent: [NodeName] = []
  private static let mostRecent = 1024

  /// The first name in order, of those that are settled.
  var first: NodeName? { sorted.first ?? recent.first }

  /// Adds a name; false where it is there already. O(log names), but for a merge now and then
  mutating func add(_ name: NodeName) -> Bool {
    if recent.isEmpty, sorted.last?.precedes(name) ?? true {
      sorted.append(name)
      return true
    }
    let place = Self.place(of: name, in: recent)
    guard place == recent.count || recent[place] != name else { return false }
    let settled = Self.place(of: name, in: sorted)
    guard settled == sorted.count || sorted[settled] != name else { return false }
    recent.insert(name, at: place)
    if recent.count == Self.mostRecent {
      sorted.append(contentsOf: recent)
      sorted.sort { $0.precedes($1) }
      recent = []
    }
    return true
  }

  /// The first place whose name does not precede this one.
  private static func place(of name: NodeName, in names: [NodeName]) -> Int {
    var low = 0
    var high = names.count
    while low < high {
      let middle = (low + high) / 2
      if names[middle].precedes(name) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

extension NodeName {
  /// An order in which names that count up follow one another.
  func precedes(_ other: NodeName) -> Bool {
    if prefix != other.prefix { return prefix < other.prefix }
    return (number ?? 0, width) < (other.number ?? 0, other.width)
  }
}
