extension Obstacle: CustomStringConvertible {
  public var description: String { "\(what): \(fix)" }

  /// The word that machines match on.
  public var code: String {
    switch self {
    case .noSuchModel: "no-such-model"
    case .noSuchCountry: "no-such-country"
    case .noEligibleNode: "no-eligible-node"
    case .notShared: "not-shared"
    case .tooManyAccelerators: "too-many-accelerators"
    case .hostTooLarge: "host-too-large"
    case .tooManyMembers: "too-many-members"
    case .noSuchLevel: "no-such-level"
    case .levelTooSmall: "level-too-small"
    case .segmentTooLarge: "segment-too-large"
    case .unevenSegments: "uneven-segments"
    case .tooManySegments: "too-many-segments"
    }
  }

  /// What is in the way, with numbers.
  public var what: String {
    switch self {
    case .noSuchModel(let models, _):
      "no node has \(models.joined(separator: " or ")) accelerators"
    case .noSuchCountry(let countries, _):
      "no site is in \(countries.joined(separator: " or "))"
    case .noEligibleNode: "no node is left of those that the job may have"
    case .notShared(.mig(let profile)): "no accelerator can be cut into slices of \(profile.name)"
    case .notShared: "no accelerator may be shared by parts"
    case .tooManyAccelerators(let count, let most):
      "no node has \(count) accelerators; the largest has \(most)"
    case .hostTooLarge(let host, let most):
      "no node has \(host.text); the largest has \(most.text)"
    case .tooManyMembers(let count, let member, let most):
      "only \(most) nodes have room for \(member), and the job needs \(count)"
    case .noSuchLevel(let level, _): "the fleet has no \(level.plural)"
    case .levelTooSmall(let level, let nodes, let most, _),
      .segmentTooLarge(
        let level, let nodes, let most):
      "no \(level) has \(nodes) nodes; the largest has \(most)"
    case .unevenSegments(let level, let size, let nodes):
      "\(nodes) nodes are no multiple of \(size) a \(level)"
    case .tooManySegments(let level, let size, let nodes, let most):
      "only \(most) nodes fit in segments of \(size) a \(level), and the job needs \(nodes)"
    }
  }

  /// What to ask for instead.
  public var fix: String {
    switch self {
    case .noSuchModel(_, let known):
      // A flat fleet's accelerators have no model.
      known.isEmpty
        ? "ask for none"
        : known == [""] ? "leave the model out" : "ask for \(known.joined(separator: ", "))"
    case .noSuchCountry(_, let known):
      known.isEmpty
        ? "its sites name none; leave --residency out"
        : "ask for --residency \(known.joined(separator: ","))"
    case .noEligibleNode: "name other nodes, exclude fewer, or name another model"
    case .notShared(.mig): "ask for whole accelerators, or for a slice of another model"
    case .notShared: "ask for whole accelerators"
    case .tooManyAccelerators(_, let most): "ask for at most \(most) a member, and more members"
    case .hostTooLarge: "ask for less a member, and more members"
    case .tooManyMembers(_, _, let most): "ask for at most \(most)"
    case .noSuchLevel(_, let known):
      known.isEmpty
        ? "leave the closeness out"
        : "name \(known.map { "\($0)" }.joined(separator: " or "))"
    case .levelTooSmall(_, _, let most, let enough):
      (enough.map { "ask for --within \($0), or " } ?? "ask for ") + "at most \(most) nodes"
    case .segmentTooLarge(let level, _, let most):
      most > 0 ? "ask for --segment \(most):\(level)" : "leave the segment out"
    case .unevenSegments(_, let size, let nodes):
      nodes > size
        ? "ask for \(nodes / size * size) or \((nodes / size + 1) * size)" : "ask for \(size)"
    case .tooManySegments(_, _, _, let most): "ask for at most \(most)"
    }
  }
}

extension DomainLevel {
  fileprivate var plural: String { self == .leaf ? "leaves" : "\(self)s" }
}

extension HostShare {
  fileprivate var text: String {
    let parts = [
      milliCores > 0 ? "\(coreText) cores" : nil, memory > 0 ? "\(memory) MiB" : nil,
    ].compactMap(\.self)
    return parts.isEmpty ? "nothing of its host to give" : parts.joined(separator: " and ")
  }
}
