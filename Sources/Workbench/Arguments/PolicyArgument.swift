import ArgumentParser
import Fleet
import Policy
import PolicyFiles

/// A policy as the command line names it: a built-in name, or a policy file.
struct PolicyArgument: ExpressibleByArgument {
  let written: String

  init?(argument: String) {
    guard !argument.isEmpty else { return nil }
    written = argument
  }

  static let help = ArgumentHelp(
    "A built-in policy (\(ClusterPolicy.builtIn.map(\.name).joined(separator: ", "))) or a file.",
    valueName: "name|file")

  /// The policy, which must fit a fleet: what it names is there, and it promises no more than that.
  func policy(on fleet: Topology) throws -> ClusterPolicy {
    if let policy = ClusterPolicy.builtIn(named: written) { return policy }
    let names = ClusterPolicy.builtIn.map(\.name)
    let hint =
      names.nearest(to: written).map { "did you mean the built-in policy '\($0)'?" }
      ?? "the built-in policies are \(names.joined(separator: ", "))"
    let file = ConfigurationFile(path: written, option: "policy", hint: hint)
    let policy = try PolicyFile(try file.text(), file: written)
    try policy.check(against: fleet)
    return policy.policy
  }
}
