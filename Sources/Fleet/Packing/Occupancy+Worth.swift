import Units

extension Occupancy {
  /// The node, and the accelerator it shares, where a request for a part of a node loses least of
  /// what room is worth; preferred and aligned nodes first, as always.
  ///
  /// O(nodes used in part), and one look at each kind of idle node.
  ///
  /// - Precondition: there is a candidate.
  func cheapest(
    _ member: MemberShape, _ candidates: Candidates, _ picker: NodePicker, by value: RoomValue
  ) -> (node: Int, device: Int) {
    let request = PackingRequest(member)
    var set = NodeSet(count: topology.ids.count)
    for row in candidates.rows where hasNodes(inRow: row) {
      for word in set.words.indices { set.words[word] |= byFree.word(row: row, at: word) }
    }
    if let mask = candidates.mask { set.formIntersection(mask) }
    var idleCosts: [(cost: Int, device: Int)?] = Array(
      repeating: nil, count: topology.nodeTypes.count)
    var best: (node: Int, pass: Int, cost: Int, device: Int)?
    var equals = NodeSet(count: topology.ids.count)
    set.forEach { node in
      let type = Int(topology.typeIndices[node])
      let isIdle = byFree.contains(row: idleRow, column: node)
      var judged = isIdle ? idleCosts[type] : nil
      if judged == nil {
        judged = value.cheapest(request, on: PackingNode(node, of: self))
        if isIdle { idleCosts[type] = judged }
      }
      guard let (cost, device) = judged else { return }
      let pass = picker.pass(of: node, member, self)
      if let best, (best.pass, best.cost) <= (pass, cost) {
        if (best.pass, best.cost) == (pass, cost), isIdle { equals.insert(node) }
        return
      }
      best = (node, pass, cost, device)
      equals = NodeSet(count: topology.ids.count)
      if isIdle { equals.insert(node) }
    }
    guard let best else { preconditionFailure("\(member) fits but no node was found") }
    guard equals.contains(best.node), !topology.domains.isEmpty else {
      return (best.node, best.device)
    }
    // Idle nodes that are as good: where the closest domains have the least room left.
    let row = accelerators(freeOn: best.node).nonzeroBitCount
    for word in equals.words.indices { equals.words[word] &= byFree.word(row: row, at: word) }
    return (
      closest(Candidates(rows: row...row, mask: equals, total: equals.count)), best.device
    )
  }
}

extension PackingRequest {
  /// What a member asks of any node that is eligible.
  init(_ member: MemberShape) {
    host = member.host
    count = Int(member.accelerators)
    models = .max
    switch member.share {
    case .whole: milli = 1000
    case .milli(let part): milli = Int(part)
    case .mig: preconditionFailure("slices are placed by their legal positions, not packed")
    }
  }
}

extension PackingNode {
  /// What is left of a node now.
  init(_ node: Int, of occupancy: Occupancy) {
    devices = Int(occupancy.topology.acceleratorFields[node].width)
    update(node, of: occupancy)
  }
}
