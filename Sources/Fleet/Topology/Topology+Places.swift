public import Units

extension Topology {
  /// The domains that a name means: its own, after those of as many domains around as it gives.
  ///
  /// `l0` means each leaf of that name, `p1/l0` the one in pod `p1`. O(domains)
  public func domains(named path: String) -> [Int] {
    let names = path.split(separator: "/", omittingEmptySubsequences: false)
    return domains.indices.filter { index in
      var domain: Int? = index
      for name in names.reversed() {
        guard let here = domain, domains[here].name == name else { return false }
        domain = domains[here].parent
      }
      return true
    }
  }

  /// The indices of the nodes of a list, ascending; nil if one of them is not there.
  ///
  /// O(nodes × log names)
  public func indices(of list: Hostlist) -> [Int]? {
    var names = list.names.sorted { $0.precedes($1) }
    names = names.indices.filter { $0 == 0 || names[$0 - 1] != names[$0] }.map { names[$0] }
    let found = nodes.indices.filter { names.holds(nodes[$0].name) }
    return found.count == names.count ? found : nil
  }
}

extension [NodeName] {
  /// Whether a sorted list holds a name. O(log count)
  fileprivate func holds(_ name: NodeName) -> Bool {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle].precedes(name) { low = middle + 1 } else { high = middle }
    }
    return low < count && self[low] == name
  }
}
