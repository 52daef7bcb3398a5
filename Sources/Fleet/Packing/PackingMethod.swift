/// How the node, and the accelerator, of a request for a part of a node is chosen.
public enum PackingMethod: Hashable, Sendable {
  /// Any node with room.
  case random
  /// The first node with room.
  case firstFit
  /// The node with the least left: half of it cores, half accelerators, by the largest node's.
  case bestFit
  /// Fragmentation gradient descent (Weng et al. 2023): the node whose fragmentation grows least,
  /// by its rounded score.
  case fgd(ties: Ties)
  /// The first node whose fragmentation grows by no more than so many thousandths of an accelerator
  /// above the least.
  case epsilonFGD(thousandths: Int)
  /// The node that loses least of what its room is worth to the requests seen so far.
  case muster

  /// Who is chosen of several that are equally good.
  public enum Ties: Hashable, Sendable {
    /// The first of the fleet.
    case first
    /// Any.
    case random
  }
}
