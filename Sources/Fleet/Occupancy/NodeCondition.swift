/// Whether a node may be given to gangs.
public enum NodeCondition: UInt8, CaseIterable, Sendable {
  /// It takes work.
  case inService
  /// It takes no new work; what runs there goes on.
  case cordoned
  /// It takes no new work, and is to be empty.
  case drained
  /// It is broken.
  case failed
  /// It is kept for a reservation: only requests that name it get it.
  case reserved
  /// Nobody has heard of its agent for too long; what runs there may go on.
  case silent
}

extension NodeCondition: CustomStringConvertible {
  public var description: String {
    switch self {
    case .inService: "in service"
    case .cordoned: "cordoned"
    case .drained: "drained"
    case .failed: "failed"
    case .reserved: "reserved"
    case .silent: "not heard of"
    }
  }
}
