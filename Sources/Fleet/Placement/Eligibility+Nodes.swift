import Units

extension Topology {
  /// The nodes that a gang may have apart from what it needs of them, whatever their condition; nil
  /// where it may have any.
  ///
  /// - Parameter ofNamedModels: whether those of other models than it names are left out.
  func nodes(eligible eligibility: Eligibility?, ofNamedModels: Bool = false) -> NodeSet? {
    guard let eligibility else { return nil }
    var set: NodeSet?
    func restrict(_ other: NodeSet) {
      if set == nil { set = other } else { set?.formIntersection(other) }
    }
    if ofNamedModels, !eligibility.models.isEmpty {
      var named = NodeSet(count: nodes.count)
      for (index, model) in models.enumerated() where eligibility.models.contains(model) {
        named.formUnion(nodesByModel[index])
      }
      restrict(named)
    }
    if !eligibility.countries.isEmpty {
      var inside = NodeSet(count: nodes.count)
      for site in domains(at: .site) {
        guard eligibility.countries.contains(domains[site].attributes.country) else { continue }
        inside.insert(domains[site].nodes)
      }
      restrict(inside)
    }
    if !eligibility.named.isEmpty {
      var named = NodeSet(count: nodes.count)
      // A node that is gone since is none that it may have.
      for id in eligibility.named {
        if let index = knownIndex(of: id) { named.insert(index) }
      }
      restrict(named)
    }
    if !eligibility.excluded.isEmpty {
      if set == nil { set = NodeSet(count: nodes.count) { _ in true } }
      for id in eligibility.excluded {
        if let index = knownIndex(of: id) { set?.remove(index) }
      }
    }
    return set
  }
}
