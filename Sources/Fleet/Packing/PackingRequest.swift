/// What the packers weigh of a request for a part of one node.
struct PackingRequest: Hashable, Sendable {
  var host: HostShare
  /// Accelerators.
  var count: Int
  /// Thousandths of each; 1000 for whole ones.
  var milli: Int
  /// The models it may have, a bit each in the order of the topology's; all set for any.
  var models: UInt64

  /// The first member of a gang.
  ///
  /// - Precondition: it asks for no slices of an accelerator.
  init(_ shape: GangShape, on topology: Topology) {
    host = shape.member.host
    count = Int(shape.member.accelerators)
    switch shape.member.share {
    case .whole: milli = 1000
    case .milli(let part): milli = Int(part)
    case .mig: preconditionFailure("slices are placed by their legal positions, not packed")
    }
    models = .max
    if let named = shape.eligibility?.models, !named.isEmpty {
      models = topology.models.indices.reduce(0) {
        named.contains(topology.models[$1]) ? $0 | 1 << UInt64($1) : $0
      }
    }
  }

  /// What it asks for, as a member of a gang.
  var member: MemberShape {
    MemberShape(
      accelerators: count, share: milli < 1000 ? .milli(UInt16(milli)) : .whole, host: host)
  }

  /// Whether a node with so much left has room for it.
  @inline(__always)
  func fits(_ node: PackingNode) -> Bool {
    guard node.host.covers(host), models & node.model != 0 else { return false }
    guard count > 0 else { return true }
    var found = 0
    for device in 0..<node.devices where node.left[device] >= milli { found += 1 }
    return found >= count
  }
}

/// What is left of a node, as the packers see it.
struct PackingNode: Sendable {
  var host = HostShare.none
  /// Its model's bit; the highest where it has no accelerators, and so none of the named models.
  var model: UInt64 = 1 << 63
  /// How many accelerators it has.
  var devices = 0
  /// Thousandths of each that are left; a fixed array, as it is copied for each that is tried.
  var left: InlineArray<64, Int16> = InlineArray(repeating: 0)

  /// Takes a request's part off: of the device it is given, of several, or of the first whole ones.
  mutating func take(_ request: PackingRequest, device: Int) {
    host -= request.host
    guard request.count > 0 else { return }
    if request.milli < 1000 {
      guard request.count > 1 else {
        left[device] -= Int16(request.milli)
        return
      }
      return takeParts(request)
    }
    var rest = request.count
    for device in 0..<devices where rest > 0 && left[device] == 1000 {
      left[device] = 0
      rest -= 1
    }
  }

  /// Takes parts off as many accelerators, of those with the least left, as a placement does.
  private mutating func takeParts(_ request: PackingRequest) {
    var taken: UInt64 = 0
    for _ in 0..<request.count {
      var best: Int?
      for device in 0..<devices where taken & 1 << UInt64(device) == 0 {
        guard left[device] >= request.milli else { continue }
        if let best, left[best] <= left[device] { continue }
        best = device
      }
      guard let best else { preconditionFailure("no room for \(request.count) parts") }
      taken |= 1 << UInt64(best)
      left[best] -= Int16(request.milli)
    }
  }
}
