public import Fleet
public import Jobs
import Units

/// `{"gpus": "h200:64", "members": 8, "within": "leaf", …}`; what is not asked for is left away.
extension GangSpec: Codable {
  private enum Key: String, CodingKey {
    case gpus, gpusPerMember, members, leastMembers, milliCores, memoryMib, exclusive, within
    case prefer, segments, division, residency, nodes, exclude
  }

  private struct Preference: Codable {
    var level: DomainLevel
    var waitMs: Int64
  }

  private struct Segment: Codable {
    var nodes: Int
    var level: DomainLevel
  }

  public init(from decoder: any Decoder) throws {
    self.init()
    let box = try decoder.container(keyedBy: Key.self)
    accelerators = try box.decodeIfPresent(Accelerators.self, forKey: .gpus)
    perMember = try box.decodeIfPresent(Accelerators.self, forKey: .gpusPerMember)
    members = try box.decodeIfPresent(Int.self, forKey: .members)
    leastMembers = try box.decodeIfPresent(Int.self, forKey: .leastMembers)
    let milliCores = try box.decodeIfPresent(Int.self, forKey: .milliCores) ?? 0
    let memory = try box.decodeIfPresent(Int.self, forKey: .memoryMib) ?? 0
    guard (0...NodeType.mostCores * 1000).contains(milliCores),
      (0...NodeType.mostMemory).contains(memory)
    else {
      throw DecodingError.dataCorruptedError(
        forKey: .milliCores, in: box,
        debugDescription: "\(milliCores) thousandths of cores and \(memory) MiB: no node is so")
    }
    host = HostShare(milliCores: milliCores, memory: memory)
    isExclusive = try box.decodeIfPresent(Bool.self, forKey: .exclusive) ?? false
    residency = try box.decodeIfPresent([String].self, forKey: .residency) ?? []
    nodes = try box.decodeIfPresent([String].self, forKey: .nodes) ?? []
    excluded = try box.decodeIfPresent([String].self, forKey: .exclude) ?? []
    try readCloseness(box)
  }

  private mutating func readCloseness(_ box: KeyedDecodingContainer<Key>) throws {
    closeness.required = try box.decodeIfPresent(DomainLevel.self, forKey: .within)
    if let prefer = try box.decodeIfPresent(Preference.self, forKey: .prefer) {
      closeness.preferred = prefer.level
      closeness.longestWait = TimeSpan(milliseconds: max(0, prefer.waitMs))
    }
    for segment in try box.decodeIfPresent([Segment].self, forKey: .segments) ?? [] {
      guard (1...65_535).contains(segment.nodes) else {
        throw DecodingError.dataCorruptedError(
          forKey: .segments, in: box, debugDescription: "a segment has 1 to 65535 nodes")
      }
      closeness.segments[segment.level] = segment.nodes
    }
    guard let division = try box.decodeIfPresent(String.self, forKey: .division) else { return }
    let levels = DomainLevel.allCases.map { ("spread:\($0)", Division.spread($0)) }
    let known = [("even", .even), ("fewest", .fewest)] + levels
    guard let found = known.first(where: { $0.0 == division }) else {
      throw DecodingError.dataCorruptedError(
        forKey: .division, in: box,
        debugDescription: "'\(division)' is none of \(known.map(\.0).joined(separator: ", "))")
    }
    closeness.division = found.1
  }

  public func encode(to encoder: any Encoder) throws {
    var box = encoder.container(keyedBy: Key.self)
    try box.encodeIfPresent(accelerators, forKey: .gpus)
    try box.encodeIfPresent(perMember, forKey: .gpusPerMember)
    try box.encodeIfPresent(members, forKey: .members)
    try box.encodeIfPresent(leastMembers, forKey: .leastMembers)
    if host.milliCores > 0 { try box.encode(Int(host.milliCores), forKey: .milliCores) }
    if host.memory > 0 { try box.encode(Int(host.memory), forKey: .memoryMib) }
    if isExclusive { try box.encode(true, forKey: .exclusive) }
    if !residency.isEmpty { try box.encode(residency, forKey: .residency) }
    if !nodes.isEmpty { try box.encode(nodes, forKey: .nodes) }
    if !excluded.isEmpty { try box.encode(excluded, forKey: .exclude) }
    try box.encodeIfPresent(closeness.required, forKey: .within)
    if let level = closeness.preferred {
      let wait = closeness.longestWait.milliseconds
      try box.encode(Preference(level: level, waitMs: wait), forKey: .prefer)
    }
    let segments = DomainLevel.allCases.compactMap { level in
      let nodes = closeness.segments[level]
      return nodes > 0 ? Segment(nodes: nodes, level: level) : nil
    }
    if !segments.isEmpty { try box.encode(segments, forKey: .segments) }
    switch closeness.division {
    case .fewest: break
    case .even: try box.encode("even", forKey: .division)
    case .spread(let level): try box.encode("spread:\(level)", forKey: .division)
    }
  }
}

extension GangSpec.Accelerators: Codable {
  public init(from decoder: any Decoder) throws {
    let box = try decoder.singleValueContainer()
    let text = try box.decode(String.self)
    guard let accelerators = Self(text) else {
      throw DecodingError.dataCorruptedError(
        in: box, debugDescription: "'\(text)' is none of 64, h200:64, 0.5 and 1g.18gb:2")
    }
    self = accelerators
  }

  public func encode(to encoder: any Encoder) throws {
    var box = encoder.singleValueContainer()
    try box.encode(description)
  }
}

extension DomainLevel: Codable {
  public init(from decoder: any Decoder) throws {
    let box = try decoder.singleValueContainer()
    let text = try box.decode(String.self)
    guard let level = Self.allCases.first(where: { $0.description == text }) else {
      throw DecodingError.dataCorruptedError(
        in: box, debugDescription: "'\(text)' is no level: site, pod, leaf or block")
    }
    self = level
  }

  public func encode(to encoder: any Encoder) throws {
    var box = encoder.singleValueContainer()
    try box.encode(description)
  }
}
