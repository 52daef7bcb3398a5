public import Units

extension AccountBook {
  /// How an account stands beside its siblings.
  struct Share: Hashable, Sendable {
    /// Its part of what is left over, against theirs.
    var weight: UInt64
    /// Whether any of its siblings, or it, is entitled to anything.
    var isAmongEntitled: Bool
    /// Whether any of its siblings, or it, limits what it lends.
    var isBesideLendLimit: Bool
  }

  /// An account among its siblings, on the way to an order.
  private struct Sibling {
    var usage: UInt128
    var weight: UInt64
    var number: Int

    /// Whether this one comes first: more weight ÷ usage, which is compared without dividing.
    ///
    /// No weight is last, no usage is first, and the smaller number decides a tie.
    static func < (a: Sibling, b: Sibling) -> Bool {
      if a.weight == 0 || b.weight == 0 {
        return (a.weight == 0) == (b.weight == 0) ? a.number < b.number : b.weight == 0
      }
      let (left, right) = (product(b.usage, a.weight), product(a.usage, b.weight))
      if left.high != right.high { return left.high > right.high }
      return left.low == right.low ? a.number < b.number : left.low > right.low
    }

    /// A product of 192 bits: the high 128, and the low 64.
    private static func product(
      _ usage: UInt128, _ weight: UInt64
    ) -> (high: UInt128, low: UInt64) {
      let low = UInt128(truncatingIfNeeded: UInt64(truncatingIfNeeded: usage))
      let below = low &* UInt128(weight)
      return (
        (usage >> 64) &* UInt128(weight) &+ (below >> 64), UInt64(truncatingIfNeeded: below)
      )
    }
  }

  /// By account, its place in Fair Tree's walk at an instant, 0 first; of leaves only.
  ///
  /// At each level the siblings with the most weight ÷ decayed usage above their entitlement come
  /// first, with all below them; where nobody among them has been above it, or nothing is entitled,
  /// those with the most weight ÷ all decayed usage. An account with others below it has the place
  /// of the first leaf among them. (Fair Tree: Slurm's `fair_tree.c`; differs in that ties go to
  /// the smaller number, and in what counts as usage.)
  ///
  /// - Precondition: nothing was entered later than the instant.
  /// - Complexity: O(accounts × log siblings)
  public func ranks(at now: Instant) -> [UInt32] {
    guard now < weight.nextEpoch else {
      var later = self
      later.advance(to: now)
      return later.ranks(at: now)
    }
    let grown = weight.integral(to: now)
    var ranks = [UInt32](repeating: 0, count: shape.count)
    var siblings: [Sibling] = []
    for parent in 0..<shape.count {
      let range = shape.childRange(parent)
      guard !range.isEmpty else { continue }
      siblings.removeAll(keepingCapacity: true)
      let counts = countsAbove(among: range, grown: grown)
      for place in range {
        let child = Int(shape.children[place])
        let usage = counts ? usageAbove(child, grown) : usage(child, grown)
        siblings.append(
          Sibling(
            usage: UInt128(truncatingIfNeeded: usage), weight: shares[child].weight, number: child))
      }
      siblings.sort(by: <)
      var rank = ranks[parent]
      for sibling in siblings {
        ranks[sibling.number] = rank
        rank += shape.leaves[sibling.number]
      }
    }
    return ranks
  }

  /// Whether siblings are ordered by what they used above their entitlement.
  private func countsAbove(among range: Range<Int>, grown: Int128) -> Bool {
    guard shares[Int(shape.children[range.lowerBound])].isAmongEntitled else { return false }
    return range.contains { place in
      let child = Int(shape.children[place])
      return usageAbove(child, grown) > 0 && !tree.accounts[child].isClosed
    }
  }

  private func usage(_ account: Int, _ grown: Int128) -> Int128 {
    Int128(charges[account].rate) &* grown &+ charges[account].decayed
  }

  private func usageAbove(_ account: Int, _ grown: Int128) -> Int128 {
    Int128(charges[account].rateAbove) &* grown &+ charges[account].decayedAbove
  }

  /// Every account's weight: as it is told, else what it is entitled to, at the models' charges.
  ///
  /// Siblings of whom none has a weight or an entitlement weigh the same. One that isn't told its
  /// weight, though a sibling is, has a weight of 1.
  func resolveShares() -> [Share] {
    var shares = Array(
      repeating: Share(weight: 1, isAmongEntitled: false, isBesideLendLimit: false),
      count: shape.count)
    for parent in 0..<shape.count {
      let siblings = shape.childRange(parent).map { Int(shape.children[$0]) }
      let isWeighted = siblings.contains { tree.accounts[$0].weight != nil }
      let entitled = siblings.map { account in
        models.indices.reduce(UInt64(0)) {
          $0 + UInt64(chargeMilli[$1]) * UInt64(terms[index(account, $1)].nominal)
        }
      }
      let isEntitled = siblings.contains { account in
        models.indices.contains { terms[index(account, $0)].nominal > 0 }
      }
      let isLimited = siblings.contains { tree.accounts[$0].lendLimit != nil }
      for (account, amount) in zip(siblings, entitled) {
        let given = tree.accounts[account].weight ?? 1
        let byDefault = entitled.contains { $0 > 0 } ? amount : 1
        shares[account] = Share(
          weight: isWeighted ? UInt64(given) : byDefault, isAmongEntitled: isEntitled,
          isBesideLendLimit: isLimited)
      }
    }
    return shares
  }
}
