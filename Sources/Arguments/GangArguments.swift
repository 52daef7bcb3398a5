public import ArgumentParser
public import Fleet
public import Jobs
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

extension GangSpec.Accelerators: ExpressibleByArgument {
  /// As it is written after `--gpus`.
  public init?(argument: String) { self.init(argument) }
}

/// How many members: `64`, or `32-64` where the gang can go on with fewer.
public struct MembersArgument: ExpressibleByArgument {
  let members: Int
  let least: Int?

  /// Members as they are written after `--members`; nil where they are not.
  /// As it is written after `--members`; nil: it is written otherwise.
  public init?(argument: String) {
    let parts = argument.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count <= 2, let last = parts.last, let members = Int(last),
      let first = parts.first, let least = Int(first)
    else { return nil }
    self.members = members
    self.least = parts.count == 2 ? least : nil
  }
}

/// Cores, to a thousandth of one: `12`, `3.152`.
public struct CoreArgument: ExpressibleByArgument {
  let milliCores: Int

  /// Cores as they are written after `--cores`; nil where they are not, or no node has as many.
  /// As it is written after `--cores`; nil: it is written otherwise.
  public init?(argument: String) {
    guard let amount = Thousandths(argument), (1...NodeType.mostCores * 1000).contains(amount.value)
    else { return nil }
    milliCores = amount.value
  }
}

/// Memory with its unit: `512MiB`, `64GiB`, `2TiB`.
public struct MemoryArgument: ExpressibleByArgument {
  let mebibytes: Int

  /// Memory as it is written after `--memory`; nil where it is not, or no node has as much.
  /// As it is written after `--memory`; nil: it is written otherwise.
  public init?(argument: String) {
    let units = [("MiB", 1), ("GiB", 1024), ("TiB", 1024 * 1024)]
    guard let (unit, factor) = units.first(where: { argument.hasSuffix($0.0) }),
      let number = Int(argument.dropLast(unit.count)), number > 0,
      number <= NodeType.mostMemory / factor
    else { return nil }
    mebibytes = number * factor
  }
}

/// A level to wait for, and how long: `leaf@10m`.
public struct PreferenceArgument: ExpressibleByArgument {
  let level: DomainLevel
  let wait: TimeSpan

  /// A preference as it is written after `--prefer`; nil where it is not.
  /// As it is written after `--prefer`; nil: it is written otherwise.
  public init?(argument: String) {
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
public struct SegmentArgument: ExpressibleByArgument {
  let nodes: Int
  let level: DomainLevel

  /// A segment as it is written after `--segment`; nil where it is not.
  /// As it is written after `--segment`; nil: it is written otherwise.
  public init?(argument: String) {
    let parts = argument.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, let nodes = Int(parts[0]), (1...65_535).contains(nodes),
      let level = DomainLevel(argument: parts[1])
    else { return nil }
    self.nodes = nodes
    self.level = level
  }
}
