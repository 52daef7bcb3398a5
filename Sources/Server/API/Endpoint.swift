import HTTPTypes
public import Wire

/// The addresses of the API, how each is asked, and which roles may: the one table of both.
///
/// A `*` stands for one word, such as a job's number. What is open to a role may still be closed to
/// a caller for the one thing that they name: see `Permissions`.
public enum Endpoint: String, CaseIterable, Sendable {
  case ping = "GET ping"
  case submit = "POST jobs"
  case forecast = "POST forecast"
  case jobs = "GET jobs"
  case job = "GET jobs/*"
  case changeJob = "POST jobs/*/change"
  case why = "GET jobs/*/why"
  case output = "GET jobs/*/output"
  case history = "GET history"
  case nodes = "GET nodes"
  case changeNodes = "POST nodes/changes"
  case accounts = "GET accounts"
  case reservations = "GET reservations"
  case policy = "GET policy"
  case changePolicy = "POST policy"
  case editPolicy = "POST policy/edits"
  case fleet = "GET fleet"
  case changeFleet = "POST fleet"
  case tokens = "GET tokens"
  case makeToken = "POST tokens"
  case revokeTokens = "POST tokens/revocations"
  case register = "POST agents"
  case commands = "GET agents/*/commands"
  case report = "POST agents/*/reports"

  /// Who may ask at all.
  public var roles: Set<Role> {
    switch self {
    case .ping: Set(Role.allCases)
    case .submit, .forecast, .jobs, .job, .changeJob, .why, .output, .history, .nodes, .accounts,
      .reservations, .policy, .fleet, .tokens, .makeToken, .revokeTokens:
      [.user, .coordinator, .operator, .administrator]
    case .changeNodes: [.operator, .administrator]
    case .changePolicy, .editPolicy, .changeFleet: [.administrator]
    case .register, .commands, .report: [.agent, .administrator]
    }
  }

  /// What is done here that not all people may do.
  var deed: String { self == .changeNodes ? "change nodes" : "change the rules" }

  // MARK: Finding one

  /// What a request's method and path come to.
  enum Match {
    case found(Endpoint, words: [Substring])
    case otherMethod
    case nothing
  }

  private struct Template: Sendable {
    let endpoint: Endpoint
    let method: String
    let parts: [Substring]

    init(_ endpoint: Endpoint) {
      self.endpoint = endpoint
      let words = endpoint.rawValue.split(separator: " ")
      method = String(words[0])
      parts = words[1].split(separator: "/")
    }

    /// The words in place of the stars; nil: it is another path.
    func words(of path: ArraySlice<Substring>) -> [Substring]? {
      guard path.count == parts.count else { return nil }
      var words: [Substring] = []
      for (part, given) in zip(parts, path) {
        if part == "*" {
          words.append(given)
        } else if part != given {
          return nil
        }
      }
      return words
    }
  }

  private static let templates = allCases.map { Template($0) }

  /// The endpoint of a request.
  ///
  /// - Parameter path: all that stands before the query.
  static func match(_ method: HTTPRequest.Method, _ path: String) -> Match {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count > 2, parts[0].isEmpty, parts[1] == "v1" else { return .nothing }
    var result = Match.nothing
    for template in templates {
      guard let words = template.words(of: parts[2...]) else { continue }
      guard template.method == method.rawValue else {
        result = .otherMethod
        continue
      }
      return .found(template.endpoint, words: words)
    }
    return result
  }
}
