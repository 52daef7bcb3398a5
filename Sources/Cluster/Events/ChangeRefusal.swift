public import Fleet
public import Policy
public import Units

/// Why the rules or the fleet can't become what somebody wants them to be: nothing has changed.
public enum ChangeRefusal: Error, Hashable, Sendable {
  /// The policy contradicts itself, or does not go with the fleet.
  case policy(PolicyFault)
  /// An account is gone from the policy to which these live jobs are charged, and so many more.
  case accountInUse(String, jobs: [JobID], more: Int)
  /// The fleet can't be the next version of what it is.
  case fleet(GrowthError)
  /// A node is gone from the fleet of which these jobs hold something, and so many more.
  case nodeInUse(NodeName, jobs: [JobID], more: Int)
  /// Accelerators are accounted where there are any, and cores where there are none: it can't
  /// change from the one to the other.
  case countsOtherwise

  /// How many jobs are named.
  public static let named = 10
}

extension ChangeRefusal {
  /// The word that machines match on.
  public var code: String {
    switch self {
    case .policy: "policy-fault"
    case .accountInUse: "account-in-use"
    case .fleet: "not-a-successor"
    case .nodeInUse: "node-in-use"
    case .countsOtherwise: "counts-otherwise"
    }
  }

  private static func list(_ jobs: [JobID], _ more: Int) -> String {
    let numbers = jobs.map { "\($0.number)" }
    guard numbers.count + more > 1 else { return "job \(numbers.joined())" }
    guard more == 0 else { return "jobs \(numbers.joined(separator: ", ")) and \(more) more" }
    return "jobs \(numbers.dropLast().joined(separator: ", ")) and \(numbers[numbers.count - 1])"
  }
}

extension ChangeRefusal: CustomStringConvertible {
  public var description: String {
    switch self {
    case .policy(let fault): "\(fault.what): \(fault.fix)"
    case .accountInUse(let account, let jobs, let more):
      """
      account '\(account)' is not in the policy any more, and \(Self.list(jobs, more)) \
      \(jobs.count + more == 1 ? "is" : "are") charged to it: keep it until they are over, or \
      cancel them
      """
    case .fleet(let error): error.description
    case .nodeInUse(let node, let jobs, let more):
      """
      node '\(node)' is not in the fleet any more, and \(Self.list(jobs, more)) \
      \(jobs.count + more == 1 ? "runs" : "run") there: drain it first, and remove it when \
      nothing runs there
      """
    case .countsOtherwise:
      """
      the fleet had accelerators and has none, or the other way round: cores are accounted where \
      there are no accelerators, so it is another fleet; begin another journal with it
      """
    }
  }
}
