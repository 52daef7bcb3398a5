public import ArgumentParser
public import Fleet
import Units

extension DomainLevel: ExpressibleByArgument {
  /// The level of that name.
  public init?(argument: String) {
    guard let level = Self.allCases.first(where: { $0.description == argument }) else {
      return nil
    }
    self = level
  }

  /// All levels, widest first.
  public static var allValueStrings: [String] { allCases.map(\.description) }
}

/// Accelerators: `64`, `h200:64`, `h200,h100:64`, `0.5`, `1g.18gb`, `1g.18gb:2`.
struct AcceleratorArgument: ExpressibleByArgument {
  /// The models it may be, the best first; empty for any.
  var models: [String] = []
  var count = 1
  var share = DeviceShare.whole

  init?(argument: String) {
    let parts = argument.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count <= 2, !parts.contains("") else { return nil }
    if let profile = MIGProfile(named: parts[0]) {
      share = .mig(profile)
      guard parts.count == 1 || setCount(parts[1]) else { return nil }
      return
    }
    if parts.count == 2 {
      models = parts[0].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      guard !models.contains("") else { return nil }
    }
    let amount = parts[parts.count - 1]
    guard amount.hasPrefix("0.") else {
      guard setCount(amount) else { return nil }
      return
    }
    guard let milli = Thousandths(amount), milli.value > 0 else { return nil }
    share = .milli(UInt16(milli.value))
  }

  private mutating func setCount(_ text: String) -> Bool {
    guard let number = Int(text), (1...10_000_000).contains(number) else { return false }
    count = number
    return true
  }
}

/// Cores, to a thousandth of one: `12`, `3.152`.
struct CoreArgument: ExpressibleByArgument {
  let milliCores: Int

  init?(argument: String) {
    guard let amount = Thousandths(argument), (1...NodeType.mostCores * 1000).contains(amount.value)
    else { return nil }
    milliCores = amount.value
  }
}

/// Memory with its unit: `512MiB`, `64GiB`, `2TiB`.
struct MemoryArgument: ExpressibleByArgument {
  let mebibytes: Int

  init?(argument: String) {
    let units = [("MiB", 1), ("GiB", 1024), ("TiB", 1024 * 1024)]
    guard let (unit, factor) = units.first(where: { argument.hasSuffix($0.0) }),
      let number = Int(argument.dropLast(unit.count)), number > 0,
      number <= NodeType.mostMemory / factor
    else { return nil }
    mebibytes = number * factor
  }
}

/// A level to wait for, and how long: `leaf@10m`.
struct PreferenceArgument: ExpressibleByArgument {
  let level: DomainLevel
  let wait: TimeSpan

  init?(argument: String) {
    let parts = argument.split(separator: "@", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, let level = DomainLevel(argument: parts[0]) else { return nil }
    let units: [(Character, Int64)] = [("s", 1), ("m", 60), ("h", 3600), ("d", 86_400)]
    guard let unit = parts[1].last, let (_, seconds) = units.first(where: { $0.0 == unit }),
      let number = Int64(parts[1].dropLast()), (0...1_000_000).contains(number)
    else { return nil }
    self.level = level
    wait = TimeSpan(milliseconds: number * seconds * 1000)
  }
}

/// Nodes that must be together in a domain: `16:block`.
struct SegmentArgument: ExpressibleByArgument {
  let nodes: Int
  let level: DomainLevel

  init?(argument: String) {
    let parts = argument.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, let nodes = Int(parts[0]), (1...65_535).contains(nodes),
      let level = DomainLevel(argument: parts[1])
    else { return nil }
    self.nodes = nodes
    self.level = level
  }
}

/// A decimal number to three places, as thousandths.
private struct Thousandths {
  let value: Int

  init?(_ text: String) {
    guard let match = text.wholeMatch(of: /([0-9]{1,7})(?:\.([0-9]{1,3}))?/),
      let whole = Int(match.1)
    else { return nil }
    let digits = match.2.map { String($0).padding(toLength: 3, with: "0") } ?? "0"
    guard let part = Int(digits) else { return nil }
    value = whole * 1000 + part
  }
}

extension String {
  fileprivate func padding(toLength length: Int, with digit: String) -> String {
    self + String(repeating: digit, count: max(0, length - count))
  }
}
