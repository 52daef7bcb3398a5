public import Fleet
public import Units

/// Why a submission is refused at once: it could never run as it stands.
public enum JobRejection: Error, Hashable, Sendable {
  /// It asks for neither accelerators nor cores nor a whole node.
  case asksForNothing
  /// Its time limit is negative.
  case negativeTimeLimit(TimeSpan)
  /// Not even the empty fleet has room for it.
  case impossible(Obstacle)
}

extension JobRejection {
  /// The word that machines match on.
  public var code: String {
    switch self {
    case .asksForNothing: "asks-for-nothing"
    case .negativeTimeLimit: "negative-time-limit"
    case .impossible(let obstacle): obstacle.code
    }
  }
}

extension JobRejection: CustomStringConvertible {
  public var description: String {
    switch self {
    case .asksForNothing:
      "the job asks for no accelerator and no core: ask for at least one"
    case .negativeTimeLimit(let limit):
      "the time limit is \(limit.milliseconds) ms: give a positive one"
    case .impossible(let obstacle): obstacle.description
    }
  }
}
