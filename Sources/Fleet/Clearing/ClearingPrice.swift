/// What victims cost under an aim: one number that compares as the aim's criteria do, in their
/// order, and adds up.
///
/// Fields of 128 bits, the first criterion on top: killed work, work lost by shrinking, victims; or
/// those killed, work lost, victims. A loss of more than 2^50 accelerator-milliseconds, which is a
/// hundred thousand accelerators for 130 days, counts as that, so that sums fit their fields.
struct ClearingPrice {
  private let isByCount: Bool

  /// The prices of an aim.
  init(_ aim: ClearingAim) { isByCount = aim == .fewestVictims }

  /// What it costs to evict a candidate.
  func eviction(of candidate: ClearingCandidate) -> Int128 {
    let loss = Int128(min(candidate.loss, 1 << 50))
    return isByCount ? 1 << 96 + loss << 17 + 1 : loss << 64 + 1
  }

  /// What it costs if a candidate gives up so many members.
  func shrinking(_ candidate: ClearingCandidate, by members: Int) -> Int128 {
    let one = Int128(min(candidate.shrinkLoss, 1 << 29))
    return (one * Int128(members)) << 17 + 1
  }
}
