public import Wire

/// Why a request came to nothing.
public enum ClientError: Error, Hashable, Sendable {
  /// What was given as the controller's address is none.
  case badAddress(String, why: String)
  /// A file with a token or with certificates can't be used.
  case badCredential(String, why: String)
  /// The controller can't be reached, or did not answer to the end.
  case unreachable(ControllerAddress, why: String, fix: String)
  /// The controller says no, and why.
  case refused(Refusal)
  /// What answers does not speak as Muster's controller does.
  case unintelligible(ControllerAddress, what: String)
  /// Whoever asked has given the request up.
  case cancelled

  /// What a command ends with: 1 for a refusal, 2 for wrong usage, 3 where nobody is reached.
  public var exitCode: Int32 {
    switch self {
    case .badAddress, .badCredential: 2
    case .unreachable: 3
    case .refused, .unintelligible, .cancelled: 1
    }
  }
}

extension ClientError: CustomStringConvertible {
  /// One paragraph: what is wrong, where, and how to mend it.
  public var description: String {
    switch self {
    case .badAddress(let text, let why):
      """
      --controller '\(text)': \(why); give unix:/run/muster/muster.sock or \
      https://controller.example:6443
      """
    case .badCredential(let path, let why): "\(path): \(why)"
    case .unreachable(let address, let why, let fix):
      "the scheduler can't be reached at \(address): \(why)" + (fix.isEmpty ? "" : "; \(fix)")
    case .refused(let refusal): refusal.description
    case .unintelligible(let address, let what):
      "\(address) does not answer as Muster's scheduler does: \(what); is it one?"
    case .cancelled: "the request was given up"
    }
  }
}
