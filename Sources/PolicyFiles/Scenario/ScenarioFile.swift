import Accounts
public import Policy
import Units

/// A scenario file: YAML that says what a simulation plays.
public struct ScenarioFile {
  /// What it says.
  public let scenario: Scenario

  /// Where accounts and modes are named.
  private let names: [ScenarioName]

  /// Reads a scenario from a file's text.
  ///
  /// - Parameter file: what to call it in errors.
  /// - Throws: `PolicyFileError` with line and column of what it can't use.
  public init(_ text: String, file: String) throws(PolicyFileError) {
    var reader = ScenarioReader()
    scenario = try reader.read(try DocumentNode.root(of: text, file: file))
    names = reader.names
  }

  /// Whether the accounts and modes that are named are the policy's.
  ///
  /// - Throws: `PolicyFileError` with line and column of the first that is not, and the nearest.
  public func check(against policy: ClusterPolicy) throws(PolicyFileError) {
    let tree = policy.accounts
    for name in names {
      let word = try name.node.text()
      let known: [String]
      switch name.kind {
      case .account:
        guard word != tree[.root].name, tree.account(path: word) == nil else { continue }
        known = (0..<tree.count).map { tree.path(of: AccountID(UInt16($0))) }
      case .mode:
        guard !policy.modes.contains(where: { $0.name == word }) else { continue }
        known = policy.modes.map(\.name)
      }
      throw name.node.error(
        "policy '\(policy.name)' has no \(name.kind.rawValue) '\(word)'",
        fix: known.nearest(to: word).map { "did you mean '\($0)'?" } ?? "name one that it has")
    }
  }
}

/// A name in a scenario that only its policy can tell.
struct ScenarioName {
  enum Kind: String {
    case account
    case mode
  }

  let kind: Kind
  let node: DocumentNode
}
