import Accounts
import Policy
import Units

extension ClusterPolicy {
  /// Two members with half of the fleet each.
  static func halves(_ tune: (inout PreemptionRules) -> Void = { _ in }) -> ClusterPolicy {
    var policy = ClusterPolicy(name: "halves")
    policy.order = .fairShare
    policy.backfill = .reserving
    var rules = PreemptionRules()
    tune(&rules)
    policy.preemption = rules
    for name in ["a", "b"] {
      var account = Account(name: name, kind: .member, parent: .root)
      account.entitlement = Entitlement(ofEach: .fraction(500_000))
      policy.accounts.add(account)
    }
    return policy
  }

  /// The same, but ordinary jobs may have to go for urgent ones, those of mode 1, and are given two
  /// minutes.
  static func urgentHalves(_ tune: (inout PreemptionRules) -> Void = { _ in }) -> ClusterPolicy {
    var policy = ClusterPolicy.halves(tune)
    policy.modes[0].isPreemptible = true
    policy.modes[0].grace = .seconds(120)
    var urgent = AccessMode(name: "urgent")
    urgent.tier = 1
    urgent.preempts = [0]
    policy.modes.append(urgent)
    return policy
  }
}
