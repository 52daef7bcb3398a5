public import Units

extension ClusterPolicy {
  /// The most modes that a policy may have: a mode's number is a byte.
  public static let mostModes = 256

  /// Whether the values of this policy agree with one another.
  ///
  /// O(accounts × models named + modes²)
  ///
  /// - Throws: `PolicyFault` that says where, what, and how to mend it.
  public func check() throws(PolicyFault) {
    try checkDiscipline()
    try checkAccounts()
    try checkModes()
    try checkLists()
    try checkWindows()
    try checkPower()
    try checkGuardRails()
  }

  /// The longest that a member waits for what it is entitled to, but for one cycle.
  ///
  /// The largest undisturbed run, notice and grace of a mode: also what never borrows may have to
  /// go, where it holds no accelerators, or where nodes have failed and entitlements have shrunk.
  /// Nil where nothing is reclaimed: without rules for it, or in another order than by share.
  public var guaranteeDelay: TimeSpan? {
    guard let preemption, preemption.reclaims, order == .fairShare else { return nil }
    return modes.map { mode in
      TimeSpan(
        milliseconds: mode.undisturbed.milliseconds + mode.notice.milliseconds
          + mode.grace.milliseconds)
    }.max() ?? .zero
  }

  /// Charge rates and numbers of the policy's own.
  private func checkLists() throws(PolicyFault) {
    for (index, rate) in chargeRates.enumerated() {
      if chargeRates[..<index].contains(where: { $0.model == rate.model }) {
        throw PolicyFault(
          .uniqueNames, at: PolicyPlace(.chargeRate(index)),
          "model '\(rate.model)' has two charge rates", fix: "keep one of them")
      }
    }
    guard (1...100_000).contains(reservations) else {
      throw PolicyFault(
        .inRange, at: PolicyPlace(.policy, "reservations"),
        "\(reservations) is not a number of reservations from 1 to 100000",
        fix: "write a number in that range")
    }
    // As far as usage can be reckoned: 34 years.
    guard halfLife <= TimeSpan(milliseconds: 1 << 40) else {
      throw PolicyFault(
        .inRange, at: PolicyPlace(.policy, "half-life"), "usage hardly decays in a human life",
        fix: "give a half-life of 30 years at most")
    }
    guard halfLife > .zero else {
      throw PolicyFault(
        .inRange, at: PolicyPlace(.policy, "half-life"), "usage has no half-life",
        fix: "give a time, such as 7 d")
    }
  }

  private func checkWindows() throws(PolicyFault) {
    for (index, window) in windows.enumerated() {
      let place = { (key: String) in PolicyPlace(.window(index), key) }
      if windows[..<index].contains(where: { $0.name == window.name }) {
        throw PolicyFault(
          .uniqueNames, at: place("name"), "two windows are named '\(window.name)'",
          fix: "rename one of them")
      }
      guard !window.places.isEmpty else {
        throw PolicyFault(
          .isKnown, at: place("places"), "window '\(window.name)' keeps no nodes",
          fix: "name domains or nodes of the fleet")
      }
      guard window.from < window.until else {
        throw PolicyFault(
          .endsAfterItBegins, at: place("until"),
          "window '\(window.name)' ends no later than it begins", fix: "give a later end")
      }
      if let every = window.every, every < window.until - window.from {
        throw PolicyFault(
          .endsAfterItBegins, at: place("every"),
          "window '\(window.name)' comes again before it has ended",
          fix: "give it a longer time, or an earlier end")
      }
    }
  }

  private func checkPower() throws(PolicyFault) {
    for (index, budget) in power.enumerated() {
      if power[..<index].contains(where: { $0.site == budget.site }) {
        throw PolicyFault(
          .uniqueNames, at: PolicyPlace(.power(index)),
          "site '\(budget.site)' has two power budgets", fix: "keep one of them")
      }
      guard !budget.steps.isEmpty else {
        throw PolicyFault(
          .inRange, at: PolicyPlace(.power(index), "budget"),
          "the power budget of site '\(budget.site)' has no step",
          fix: "give a power, such as 40 MW, or times of the day with one each")
      }
      for (before, after) in zip(budget.steps, budget.steps.dropFirst())
      where before.from >= after.from {
        throw PolicyFault(
          .inOrder, at: PolicyPlace(.power(index), "budget"),
          "the steps of site '\(budget.site)' are not in order of their times",
          fix: "sort them, each time once")
      }
    }
  }
}
