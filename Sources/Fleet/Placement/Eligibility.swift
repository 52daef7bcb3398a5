public import Units

/// Which nodes of a fleet a gang may have, where it may not have all.
///
/// A class, though a value in all but name: most gangs have none, and those that have one share it.
public final class Eligibility: Hashable, Sendable {
  /// The accelerator models it may have, the best first; empty: any. A gang has one of them.
  public let models: [String]

  /// The countries that may hold its data; empty: any.
  public let countries: [String]

  /// The only nodes it may have, sorted; empty: any.
  public let named: [NodeID]

  /// Nodes that it may not have, sorted.
  public let excluded: [NodeID]

  /// Whether it may have nodes that are kept for a reservation.
  public let includesReserved: Bool

  /// These nodes only.
  public init(
    models: [String] = [], countries: [String] = [], named: [NodeID] = [],
    excluded: [NodeID] = [], includesReserved: Bool = false
  ) {
    self.models = models
    self.countries = countries
    self.named = named.sorted()
    self.excluded = excluded.sorted()
    self.includesReserved = includesReserved
  }

  /// The same, but of these models only.
  public func with(models: [String]) -> Eligibility {
    Eligibility(
      models: models, countries: countries, named: named, excluded: excluded,
      includesReserved: includesReserved)
  }

  public static func == (a: Eligibility, b: Eligibility) -> Bool {
    a === b
      || a.models == b.models && a.countries == b.countries && a.named == b.named
        && a.excluded == b.excluded && a.includesReserved == b.includesReserved
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(models)
    hasher.combine(countries)
    hasher.combine(named)
    hasher.combine(excluded)
    hasher.combine(includesReserved)
  }

  /// A total order, so that shapes can be sorted.
  static func precedes(_ a: Eligibility?, _ b: Eligibility?) -> Bool {
    guard let a, let b else { return a == nil && b != nil }
    if a.models != b.models { return a.models.lexicographicallyPrecedes(b.models) }
    if a.countries != b.countries { return a.countries.lexicographicallyPrecedes(b.countries) }
    if a.named != b.named { return a.named.lexicographicallyPrecedes(b.named) }
    if a.excluded != b.excluded { return a.excluded.lexicographicallyPrecedes(b.excluded) }
    return !a.includesReserved && b.includesReserved
  }
}
