/// Predicts how much longer a gang's steps take where it is placed than at its ideal place.
///
/// A step is computing and exposed communication, and the slowest group sets the pace:
/// ```
/// S = 1 − φ + φ · Σ_k w_k · B_k(ideal) / B_k        B_k = min over levels crossed of β · η · s / q
/// ```
/// - φ: `exposedShare`. w: `mix`, over the patterns k. η: `efficiency`.
/// - β: the bandwidth of an accelerator's links, from the kind of node.
/// - s: what of a domain's uplinks the gang gets, at the worst domain.
/// - q: the share of an accelerator's bytes that leave its domain, at the worst domain: all for a
///   ring or a pipeline, 1 − n_d/n for an all-to-all of n accelerators of which n_d are inside.
///
/// All in fixed point, millionths: the same figures everywhere. It is made to rank places, not to
/// foretell seconds; how far its figures move with φ and η is in
/// `Documentation/Internals/NetworkModel.md`.
public struct NetworkModel: Hashable, Sendable {
  /// φ: the share of a step that waits for communication at the ideal place, in millionths.
  ///
  /// 10 to 40 % for training, by what is published (Arnold, NeurIPS 2025: 30 to 50 % before
  /// overlap); a quarter unless a job is known better.
  public var exposedShare = 250_000

  /// How the exposed communication is divided among patterns.
  public var mix = TrafficMix.training

  /// What of their links' bandwidth transfers reach.
  public var efficiency = LinkEfficiency()

  /// A quarter exposed, mostly rings, plain ECMP between switches.
  public init() {}

  /// One, in the model's fixed point.
  public static let one = 1_000_000

  /// The largest slowdown it predicts: a million times as long.
  public static let mostSlowdown = 1_000_000_000_000
}

/// How exposed communication is divided among patterns, in millionths that add up to a million.
public struct TrafficMix: Hashable, Sendable {
  /// All-reduce and its kin along a ring: data parallelism.
  public let ring: Int

  /// From each stage to the next: pipelines.
  public let pointToPoint: Int

  /// Everybody with everybody: experts.
  public let allToAll: Int

  /// These shares.
  ///
  /// - Precondition: none is negative, and they add up to a million.
  public init(ring: Int, pointToPoint: Int, allToAll: Int) {
    precondition(
      min(ring, pointToPoint, allToAll) >= 0
        && ring + pointToPoint + allToAll == NetworkModel.one,
      "shares of traffic that add up to \(ring + pointToPoint + allToAll) millionths")
    self.ring = ring
    self.pointToPoint = pointToPoint
    self.allToAll = allToAll
  }

  /// Dense training with a little of everything else. An assumption, not a measurement.
  public static let training = TrafficMix(
    ring: 800_000, pointToPoint: 100_000, allToAll: 100_000)

  /// Nothing but rings.
  public static let rings = TrafficMix(
    ring: NetworkModel.one, pointToPoint: 0, allToAll: 0)

  /// Nothing but all-to-all.
  public static let everybody = TrafficMix(
    ring: 0, pointToPoint: 0, allToAll: NetworkModel.one)
}

/// η: what of the links' bandwidth transfers reach, in millionths, by the widest level crossed.
public struct LinkEfficiency: Hashable, Sendable {
  /// Inside an NVLink domain: 811 of 900 GB/s were measured on an NVL72 across two trays.
  public var nvlink = 900_000

  /// Between NVLink domains of one leaf.
  public var leaf = 900_000

  /// Between leaves: 0.7 under plain ECMP, about 0.85 with planned paths.
  public var spine = 700_000

  /// Between pods, as between leaves.
  public var core = 700_000

  /// Between sites, as between pods; the delay of the way is not modelled.
  public var sites = 700_000

  /// Plain ECMP.
  public init() {}

  /// Between the domains of a level, by its raw value.
  @inline(__always)
  func between(_ level: Int) -> Int {
    switch level {
    case 0: sites
    case 1: core
    case 2: spine
    default: leaf
    }
  }
}
