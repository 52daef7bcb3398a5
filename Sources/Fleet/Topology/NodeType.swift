/// What nodes of one kind are made of.
public struct NodeType: Hashable, Sendable {
  /// The name that the fleet file gives it.
  public var name: String

  /// The accelerators' model, such as `h100`; empty where the node has none.
  public var acceleratorModel: String

  /// Accelerators per node, 0…64.
  public var accelerators: Int

  /// What one of its accelerators draws at most, in watts; 0 where nobody says.
  public var acceleratorWatts = 0

  /// What of the host jobs may have: up to 4,096 cores, and memory in MiB; zero is not counted.
  public var host: HostShare

  /// How its accelerators may be shared.
  public var sharing = DeviceSharing.none

  /// The sizes of its NVLink or xGMI islands, in order; empty where all accelerators are in one.
  public var islands: [Int] = []

  /// Its NUMA nodes; its accelerators are divided evenly among them, in order.
  public var numaNodes = 1

  /// How it is joined to its fabric.
  public var links = NodeLinks()

  /// The most accelerators a node may have: its free map is one word.
  public static let mostAccelerators = 64

  /// The most cores a node may have.
  public static let mostCores = 4096

  /// The most memory a node may have, in MiB: a pebibyte would be a mistake.
  public static let mostMemory = 1 << 29

  /// The most an accelerator may draw, in watts.
  public static let mostWatts = 100_000

  /// A kind of node.
  public init(
    name: String, acceleratorModel: String = "", accelerators: Int, host: HostShare = .none
  ) {
    self.name = name
    self.acceleratorModel = acceleratorModel
    self.accelerators = accelerators
    self.host = host
  }
}

extension NodeType {
  /// Whether such a node can be: its numbers are in range and agree with one another.
  ///
  /// - Throws: `TopologyError` that says what is wrong.
  public func check() throws(TopologyError) {
    guard (0...Self.mostAccelerators).contains(accelerators) else {
      throw TopologyError.acceleratorsOutOfRange(accelerators)
    }
    guard host.milliCores >= 0, host.milliCores <= Self.mostCores * 1000 else {
      throw TopologyError.coresOutOfRange(host.cores)
    }
    guard (0...Self.mostMemory).contains(Int(host.memory)) else {
      throw TopologyError.memoryOutOfRange(Int(host.memory))
    }
    guard (0...Self.mostWatts).contains(acceleratorWatts) else {
      throw TopologyError.wattsOutOfRange(acceleratorWatts)
    }
    guard islands.allSatisfy({ $0 > 0 }),
      islands.isEmpty || islands.reduce(0, +) == accelerators
    else {
      throw TopologyError.islandsDoNotAddUp(type: name, islands)
    }
    guard numaNodes > 0, accelerators % numaNodes == 0 else {
      throw TopologyError.unevenNUMANodes(type: name, numaNodes)
    }
    guard accelerators > 0 || host.milliCores > 0 else {
      throw TopologyError.nothingToAllocate(type: name)
    }
  }
}

/// What one node's accelerators are joined by.
public struct NodeLinks: Hashable, Sendable {
  /// The bandwidth of an accelerator inside its NVLink domain, in GB/s one way; 0 where unknown.
  public var acceleratorGigabytes = 450

  /// Network interfaces, one a rail.
  public var interfaces = 8

  /// The bandwidth of each of them, in Gbit/s one way.
  public var interfaceGigabits = 400

  /// The links of an HGX H100.
  public init() {}
}
