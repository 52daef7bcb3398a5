import Foundation
public import Wire

/// What a machine has: asked of the kernel and of the makers' libraries.
public enum NodeDiscovery {
  /// Where it looks, and what it is told instead.
  public struct Sources: Sendable {
    /// The name in the fleet file; nil: the machine's own, without its domain.
    public var name: String?
    /// Where others reach it; nil: its first address.
    public var address: String?
    /// NVIDIA's library; nil: the usual one.
    public var nvml: String?
    /// The kernel's folder of graphics devices.
    public var graphics = "/sys/class/drm"
    /// So many accelerators, played ones, whatever is there; nil: those that are there.
    public var accelerators: Int?
    /// The model of played ones.
    public var model: String?

    /// What is really there.
    public init() {}
  }

  /// A node as it is found, and whether its accelerators are real.
  public static func node(
    _ sources: Sources
  ) -> (node: AgentRegistration.Node, isReal: Bool) {
    let host = ProcessInfo.processInfo.hostName
    var node = AgentRegistration.Node(
      name: sources.name ?? String(host.prefix { $0 != "." }),
      address: sources.address ?? Linux.address,
      milliCores: ProcessInfo.processInfo.activeProcessorCount * 1000,
      memoryMib: Int(ProcessInfo.processInfo.physicalMemory >> 20))
    if let count = sources.accelerators {
      node.accelerators = count
      node.model = count > 0 ? sources.model ?? "emulated" : nil
      return (node, false)
    }
    let names = acceleratorNames(sources)
    node.accelerators = names.count
    node.model = names.first.map { model($0) }
    return (node, !names.isEmpty)
  }

  private static func acceleratorNames(_ sources: Sources) -> [String] {
    if let library = try? NVML(path: sources.nvml), library.count > 0 {
      return (0..<library.count).map { library.describe($0)?.name ?? "unknown" }
    }
    return Radeon.all(below: sources.graphics).map(\.name)
  }

  /// The word for a model that fleet files use: `h200` of `NVIDIA H200`, `a100` of
  /// `NVIDIA A100-SXM4-80GB`, `mi300x` of `AMD Instinct MI300X`.
  static func model(_ name: String) -> String {
    let words = name.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
    let makers: Set<String> = ["nvidia", "amd", "instinct", "tesla", "graphics", "device"]
    let known = words.first { word in
      let letters = word.prefix(while: \.isLetter)
      return (1...3).contains(letters.count)
        && word.dropFirst(letters.count).first?.isNumber == true
    }
    return known ?? words.first { !makers.contains($0) } ?? "unknown"
  }
}
