import Fleet

extension DocumentNode {
  /// An amount of memory, in MiB.
  func memory() throws(PolicyFileError) -> Int {
    let written = try text()
    let units = [("MiB", 1), ("GiB", 1024), ("TiB", 1024 * 1024)]
    let parts = written.split(separator: " ").map(String.init)
    guard parts.count == 2, let number = Int(parts[0]), number > 0 else {
      throw error("'\(written)' is not an amount of memory", fix: "write it like 960 GiB")
    }
    guard let (_, factor) = units.first(where: { $0.0 == parts[1] }) else {
      throw error("'\(parts[1])' is not a unit of memory", fix: "use MiB, GiB or TiB")
    }
    let (mebibytes, overflow) = number.multipliedReportingOverflow(by: factor)
    guard !overflow, mebibytes <= NodeType.mostMemory else {
      throw error(
        "'\(written)' is more memory than a node has",
        fix: "give at most \(NodeType.mostMemory / 1024 / 1024) TiB")
    }
    return mebibytes
  }

  /// A whole number of one unit, such as `400 Gbit/s`.
  func amount(unit: String, in range: ClosedRange<Int>) throws(PolicyFileError) -> Int {
    let written = try text()
    let parts = written.split(separator: " ").map(String.init)
    guard parts.count == 2, parts[1] == unit, let number = Int(parts[0]), range.contains(number)
    else {
      throw error(
        "'\(written)' is not \(range.lowerBound) to \(range.upperBound) \(unit)",
        fix: "write a whole number and its unit, such as \(min(400, range.upperBound)) \(unit)")
    }
    return number
  }

  /// A ratio to one, such as `1.5:1`, in thousandths; 1:1 to 1000:1.
  func ratio() throws(PolicyFileError) -> Int {
    let written = try text()
    let fault = error(
      "'\(written)' is not a ratio from 1:1 to 1000:1", fix: "write it like 2:1 or 1.5:1")
    guard written.hasSuffix(":1") else { throw fault }
    let parts = written.dropLast(2).split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let whole = Int(parts[0]), (1...1000).contains(whole)
    else { throw fault }
    var thousandths = 0
    if parts.count == 2 {
      guard (1...3).contains(parts[1].count), let digits = UInt(parts[1]) else { throw fault }
      thousandths = [100, 10, 1][parts[1].count - 1] * Int(digits)
    }
    guard whole * 1000 + thousandths <= 1_000_000 else { throw fault }
    return whole * 1000 + thousandths
  }

  /// Which of some words it is.
  func index(among words: [String]) throws(PolicyFileError) -> Int {
    let written = try text()
    if let index = words.firstIndex(of: written) { return index }
    let nearest = words.nearest(to: written)
    throw error(
      "'\(written)' is none of \(words.joined(separator: ", "))",
      fix: nearest.map { "did you mean '\($0)'?" } ?? "choose one of them")
  }
}
