import Accounts
import Units

extension ClusterPolicy {
  /// The modes, each alone and with one another.
  func checkModes() throws(PolicyFault) {
    guard !modes.isEmpty, modes.count <= Self.mostModes else {
      throw PolicyFault(
        .fewEnough, at: PolicyPlace(.policy, "modes"),
        "there are \(modes.count) modes, not 1 to \(Self.mostModes)",
        fix: modes.isEmpty ? "add one, or remove 'modes'" : "merge some of them")
    }
    for index in modes.indices {
      if modes[..<index].contains(where: { $0.name == modes[index].name }) {
        throw PolicyFault(
          .uniqueNames, at: PolicyPlace(.mode(index)),
          "two modes are named '\(modes[index].name)'", fix: "rename one of them")
      }
      try checkLimits(of: index)
      try checkAllowance(of: index)
      try checkPreemption(by: index)
    }
  }

  /// The largest job that a mode allows must be able to run at all.
  private func checkLimits(of index: Int) throws(PolicyFault) {
    let mode = modes[index]
    guard let largest = mode.largestJob else { return }
    for (key, limits) in [("per-user", mode.perUser), ("per-project", mode.perProject)] {
      guard let most = limits.accelerators, most < largest else { continue }
      throw PolicyFault(
        .limitsAgree, at: PolicyPlace(.mode(index), key),
        "mode '\(mode.name)' allows jobs of \(largest) accelerators, but \(key) only \(most)"
          + " at once",
        fix: "lower 'largest-job' to \(most), or raise this")
    }
  }

  private func checkAllowance(of index: Int) throws(PolicyFault) {
    guard let allowance = modes[index].allowance else { return }
    let place = PolicyPlace(.mode(index), "allowance")
    guard !allowance.cutOffs.isEmpty else {
      throw PolicyFault(
        .inOrder, at: place, "the allowance of mode '\(modes[index].name)' never begins",
        fix: "give the cut-off dates from which it may be used")
    }
    for (before, after) in zip(allowance.cutOffs, allowance.cutOffs.dropFirst())
    where before >= after {
      throw PolicyFault(
        .inOrder, at: place,
        "the cut-off dates of mode '\(modes[index].name)' are not in order",
        fix: "sort them, each date once")
    }
  }

  private func checkPreemption(by index: Int) throws(PolicyFault) {
    let mode = modes[index]
    let place = PolicyPlace(.mode(index), "preempts")
    for (rank, tier) in mode.preempts.enumerated() {
      if mode.preempts[..<rank].contains(tier) {
        throw PolicyFault(
          .uniqueNames, at: place, "mode '\(mode.name)' preempts tier \(tier) twice",
          fix: "keep one of them")
      }
      if tier >= mode.tier {
        let which = tier == mode.tier ? "its own tier, \(tier)" : "tier \(tier) above its own"
        throw PolicyFault(
          .preemptsWhatItMay, at: place, "mode '\(mode.name)' preempts \(which)",
          fix: mode.tier == 0
            ? "raise its tier, or remove this" : "name tiers below \(mode.tier) alone")
      }
      let victims = modes.filter { $0.tier == tier }
      guard victims.contains(where: \.isPreemptible) else {
        throw PolicyFault(
          .preemptsWhatItMay, at: place,
          victims.isEmpty
            ? "mode '\(mode.name)' preempts tier \(tier), which no mode has"
            : "mode '\(mode.name)' preempts tier \(tier), but none of its modes is preemptible",
          fix: victims.isEmpty
            ? "name the tier of a mode"
            : "write 'preemptible: yes' in mode '\(victims[0].name)', or remove this")
      }
      guard preemption != nil else {
        throw PolicyFault(
          .preemptsWhatItMay, at: place,
          "mode '\(mode.name)' preempts, but the policy has no rules for it",
          fix: "add 'preemption:'")
      }
    }
  }
}
