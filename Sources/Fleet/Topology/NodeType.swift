/// What nodes of one kind are made of.
public struct NodeType: Hashable, Sendable {
  /// The name that the fleet file gives it.
  public var name: String

  /// The accelerators' model, such as `h100`; empty where the node has none.
  public var acceleratorModel: String

  /// Accelerators per node, 0…64.
  public var accelerators: Int

  /// Cores per node that jobs may have, 0…4,096.
  public var cores: Int

  /// The most accelerators a node may have: its free map is one word.
  public static let mostAccelerators = 64

  /// The most cores a node may have.
  public static let mostCores = 4096

  /// A kind of node.
  public init(name: String, acceleratorModel: String = "", accelerators: Int, cores: Int = 0) {
    self.name = name
    self.acceleratorModel = acceleratorModel
    self.accelerators = accelerators
    self.cores = cores
  }
}
