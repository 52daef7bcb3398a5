import NIOHTTP1
public import Wire

/// The addresses of the API, how each is asked, and which roles may: the one table of both.
///
/// A `*` stands for one word, such as a job's number. What is open to a role may still be closed to
/// a caller for the one thing that they name: see `Permissions`.
public enum Endpoint: String, CaseIterable, Sendable {
  /// Who the daemon is, and who asks.
  case ping = "GET ping"
  /// Jobs are submitted.
  case submit = "POST jobs"
  /// What would become of a job.
  case forecast = "POST forecast"
  /// The jobs that the caller may see.
  case jobs = "GET jobs"
  /// One job, once it is over if need be.
  case job = "GET jobs/*"
  /// A job is cancelled, held, released or signalled.
  case changeJob = "POST jobs/*/change"
  /// Why a job waits.
  case why = "GET jobs/*/why"
  /// What a task has written.
  case output = "GET jobs/*/output"
  /// Jobs that are over.
  case history = "GET history"
  /// The nodes.
  case nodes = "GET nodes"
  /// Nodes are taken out of service, and back.
  case changeNodes = "POST nodes/changes"
  /// The accounts, with what they hold and have used.
  case accounts = "GET accounts"
  /// What is reserved, and for whom.
  case reservations = "GET reservations"
  /// The policy file in force.
  case policy = "GET policy"
  /// Another policy file.
  case changePolicy = "POST policy"
  /// When the policy was changed, by whom and why.
  case policyChanges = "GET policy/changes"
  /// The policy file of one such change.
  case policyChange = "GET policy/changes/*"
  /// The journal, as bytes.
  case journal = "GET journal"
  /// One change of the policy in force.
  case editPolicy = "POST policy/edits"
  /// The fleet file in force.
  case fleet = "GET fleet"
  /// Another fleet file.
  case changeFleet = "POST fleet"
  /// Tokens that the caller may know of.
  case tokens = "GET tokens"
  /// A token is made.
  case makeToken = "POST tokens"
  /// Tokens are good no longer.
  case revokeTokens = "POST tokens/revocations"
  /// An agent comes.
  case register = "POST agents"
  /// What an agent is to do.
  case commands = "GET agents/*/commands"
  /// What an agent has to say.
  case report = "POST agents/*/reports"

  /// Who may ask at all.
  public var roles: Set<Role> {
    switch self {
    case .ping: Self.everybody
    case .submit, .forecast, .jobs, .job, .changeJob, .why, .output, .history, .nodes, .accounts,
      .reservations, .policy, .fleet, .tokens, .makeToken, .revokeTokens:
      Self.people
    case .changeNodes, .journal, .policyChanges, .policyChange: Self.operators
    case .changePolicy, .editPolicy, .changeFleet: Self.administrators
    case .register, .commands, .report: Self.agents
    }
  }

  // Made once: each request looks at one of them.
  private static let everybody = Set(Role.allCases)
  private static let people: Set<Role> = [.user, .coordinator, .operator, .administrator]
  private static let operators: Set<Role> = [.operator, .administrator]
  private static let administrators: Set<Role> = [.administrator]
  private static let agents: Set<Role> = [.agent, .administrator]

  /// What is done here that not all people may do.
  var deed: String {
    switch self {
    case .changeNodes: "change nodes"
    case .journal: "read the journal"
    case .policyChanges, .policyChange: "see how the rules were changed"
    default: "change the rules"
    }
  }

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
  static func match(_ method: HTTPMethod, _ path: String) -> Match {
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
