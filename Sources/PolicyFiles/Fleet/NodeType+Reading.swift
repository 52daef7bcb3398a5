import Fleet

/// The words of `sharing`.
private enum SharingWord: String, CaseIterable {
  case none
  case fractions
  case mig
}

extension NodeType {
  /// Reads one kind of node.
  init(named name: String, reading node: DocumentNode) throws(PolicyFileError) {
    let keys = try node.mapping(keys: [
      "model", "accelerators", "watts", "cores", "memory", "sharing", "geometry", "islands",
      "numa-nodes",
      "links",
    ])
    var type = NodeType(name: name, accelerators: 0)
    if let count = keys["accelerators"] {
      type.accelerators = try count.number(in: 0...Self.mostAccelerators)
    }
    if let model = keys["model"] {
      type.acceleratorModel = try model.text()
      try type.checkAccelerators(for: "model", model)
    }
    if let watts = keys["watts"] {
      type.acceleratorWatts = try watts.watts(in: 1...Self.mostWatts)
      try type.checkAccelerators(for: "watts", watts)
    }
    let cores = try keys["cores"]?.number(in: 0...Self.mostCores) ?? 0
    let memory = try keys["memory"]?.memory() ?? 0
    type.host = HostShare(cores: cores, memory: memory)
    type.sharing = try Self.sharing(keys)
    if let node = keys["sharing"] { try type.checkAccelerators(for: "sharing", node) }
    if let islands = keys["islands"] {
      for island in try islands.sequence() {
        type.islands.append(try island.number(in: 1...Self.mostAccelerators))
      }
    }
    if let count = keys["numa-nodes"] { type.numaNodes = try count.number(in: 1...64) }
    if let links = keys["links"] { type.links = try NodeLinks(reading: links) }
    do {
      try type.check()
    } catch {
      let place: DocumentNode? =
        switch error {
        case .islandsDoNotAddUp: keys["islands"]
        case .unevenNUMANodes: keys["numa-nodes"]
        default: nil
        }
      throw (place ?? node).error(error.what, fix: error.fix)
    }
    self = type
  }

  private func checkAccelerators(
    for key: String, _ node: DocumentNode
  ) throws(PolicyFileError) {
    guard accelerators == 0 else { return }
    throw node.error(
      "'\(key)' on a node without accelerators", fix: "add 'accelerators: COUNT', or remove it")
  }

  private static func sharing(
    _ keys: [String: DocumentNode]
  ) throws(PolicyFileError) -> DeviceSharing {
    let word: SharingWord = try keys["sharing"]?.choice() ?? .none
    let geometries = MIGGeometry.allCases
    let names = geometries.map(\.name)
    switch (word, keys["sharing"], keys["geometry"]) {
    case (.mig, _, .some(let geometry)):
      return .mig(geometries[try geometry.index(among: names)])
    case (.mig, .some(let place), nil):
      throw place.error(
        "'sharing: mig' without a geometry",
        fix: "add 'geometry:' with one of \(names.joined(separator: ", "))")
    case (_, _, .some(let geometry)):
      throw geometry.error(
        "'geometry' goes with 'sharing: mig' alone", fix: "remove it, or share by mig")
    case (.fractions, _, nil): return .fractions
    case (.none, _, nil), (.mig, nil, nil): return .none
    }
  }
}

extension NodeLinks {
  fileprivate init(reading node: DocumentNode) throws(PolicyFileError) {
    let keys = try node.mapping(keys: ["accelerator", "nics", "nic"])
    self.init()
    if let inside = keys["accelerator"] {
      acceleratorGigabytes = try inside.amount(unit: "GB/s", in: 0...100_000)
    }
    if let count = keys["nics"] { interfaces = try count.number(in: 1...64) }
    if let each = keys["nic"] {
      interfaceGigabits = try each.amount(unit: "Gbit/s", in: 1...100_000)
    }
  }
}
