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

  /// The nodes of some places, ascending: domains by name, or nodes as a hostlist.
  ///
  /// O(places × nodes). What is neither stands for nothing: a policy is checked against the fleet
  /// before it is used.
  public func nodes(named places: [String]) -> [Int] {
    var chosen = NodeSet(count: nodes.count)
    for place in places {
      let found = domains(named: place)
      for domain in found {
        for node in domains[domain].nodes { chosen.insert(node) }
      }
      guard found.isEmpty, let list = try? Hostlist(parsing: place) else { continue }
      for node in indices(of: list) ?? [] { chosen.insert(node) }
    }
    var indices: [Int] = []
    chosen.forEach { indices.append($0) }
    return indices
  }

  /// All that some nodes have.
  public func everything(on nodes: [Int]) -> Allocation {
    Allocation(
      slices: nodes.map { NodeSlice(node: ids[$0], accelerators: acceleratorFields[$0].ones) },
      hosts: countsHosts ? nodes.map { host(of: $0) } : [])
  }

  /// All that the nodes of an allocation have.
  public func everything(onNodesOf allocation: Allocation) -> Allocation {
    everything(on: allocation.slices.map { index(of: $0.node) })
  }

  /// Two allocations on different nodes as one, its slices in the order of the nodes.
  ///
  /// - Precondition: neither names parts of accelerators.
  public func joined(_ a: Allocation, _ b: Allocation) -> Allocation {
    precondition(a.shares.isEmpty && b.shares.isEmpty, "parts of accelerators can't be joined")
    let slices = a.slices + b.slices
    let hosts = a.hosts + b.hosts
    let order = slices.indices.sorted { index(of: slices[$0].node) < index(of: slices[$1].node) }
    return Allocation(
      slices: order.map { slices[$0] }, hosts: hosts.isEmpty ? [] : order.map { hosts[$0] })
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
