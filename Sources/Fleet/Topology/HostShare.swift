/// A part of a host: what is counted, and not told apart, beside its accelerators.
///
/// Which cores these are is for the node's agent to say, next to the accelerators it binds.
public struct HostShare: Hashable, Sendable {
  /// Thousandths of a core.
  public var milliCores: Int32

  /// Memory in MiB.
  public var memory: Int32

  /// So many thousandths of a core, and so much memory in MiB.
  public init(milliCores: Int, memory: Int = 0) {
    self.milliCores = Int32(milliCores)
    self.memory = Int32(memory)
  }

  /// So many whole cores, and so much memory in MiB.
  public init(cores: Int, memory: Int = 0) {
    self.init(milliCores: cores * 1000, memory: memory)
  }

  /// Nothing.
  public static let none = HostShare(milliCores: 0)

  /// Whole cores; a part of one is left out.
  public var cores: Int { Int(milliCores) / 1000 }

  /// Whether it is at least as much as another in everything.
  @inline(__always)
  public func covers(_ other: HostShare) -> Bool {
    milliCores >= other.milliCores && memory >= other.memory
  }

  /// Whether it is nothing.
  public var isEmpty: Bool { milliCores == 0 && memory == 0 }

  /// What both have.
  func common(with other: HostShare) -> HostShare {
    var result = self
    result.milliCores = min(milliCores, other.milliCores)
    result.memory = min(memory, other.memory)
    return result
  }

  /// What of it another does not cover.
  func missing(from other: HostShare) -> HostShare {
    var result = self
    result.milliCores = max(0, milliCores - other.milliCores)
    result.memory = max(0, memory - other.memory)
    return result
  }

  static func += (a: inout HostShare, b: HostShare) {
    a.milliCores += b.milliCores
    a.memory += b.memory
  }

  static func -= (a: inout HostShare, b: HostShare) {
    a.milliCores -= b.milliCores
    a.memory -= b.memory
  }
}
