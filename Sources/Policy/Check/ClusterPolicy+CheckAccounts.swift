import Accounts
import Units

extension ClusterPolicy {
  /// The accounts: what is promised, weights and budgets.
  func checkAccounts() throws(PolicyFault) {
    for number in 0..<accounts.count {
      let id = AccountID(UInt16(number))
      try checkEntitlements(below: id)
      try checkWeights(below: id)
      try checkBudgets(of: id)
    }
  }

  /// The models that a parent or its children name, and nil for all others.
  private func modelsNamed(around parent: AccountID) -> [String?] {
    var models: [String?] = [nil]
    for id in [parent] + accounts.children[Int(parent.number)] {
      for promise in accounts[id].entitlement.ofModels where !models.contains(promise.model) {
        models.append(promise.model)
      }
    }
    return models
  }

  private func amount(of model: String?, for id: AccountID) -> AccountAmount {
    let entitlement = accounts[id].entitlement
    return model.map { entitlement.amount(of: $0) } ?? entitlement.ofEach
  }

  /// Fractions of the children add up to at most all, and numbers to at most the parent's number.
  private func checkEntitlements(below parent: AccountID) throws(PolicyFault) {
    let children = accounts.children[Int(parent.number)]
    guard !children.isEmpty else { return }
    for model in modelsNamed(around: parent) {
      var (fractions, numbers) = (0, 0)
      var (whole, most) = (1_000_000, Int.max)
      if case .accelerators(let count) = amount(of: model, for: parent) { most = count }
      if amount(of: model, for: parent) == .nothing { (whole, most) = (0, 0) }
      var first: AccountID?
      for child in children {
        switch amount(of: model, for: child) {
        case .fraction(let millionths): fractions += millionths
        case .accelerators(let count): numbers += count
        }
        if first == nil, fractions > whole || numbers > most { first = child }
      }
      guard let first else { continue }
      let total: AccountAmount = fractions > whole ? .fraction(fractions) : .accelerators(numbers)
      throw tooMuch(total, of: model, below: parent, at: first, parentHasNone: whole == 0)
    }
  }

  private func tooMuch(
    _ total: AccountAmount, of model: String?, below parent: AccountID, at child: AccountID,
    parentHasNone: Bool
  ) -> PolicyFault {
    let name = accounts[parent].name
    let place = PolicyPlace(.account(child), "entitlement")
    let which = model.map { " of model '\($0)'" } ?? ""
    guard !parentHasNone else {
      return PolicyFault(
        .entitlementsFit, at: place,
        "'\(accounts[child].name)' is entitled to part of what '\(name)' has none of\(which)",
        fix: "entitle '\(name)' to some, or remove this")
    }
    let fix: String
    switch (total, amount(of: model, for: parent)) {
    case (.fraction(let sum), _):
      fix = "take \(AccountAmount.fraction(sum - 1_000_000)) away from them"
    case (.accelerators, let most): fix = "they may have \(most) at most"
    }
    return PolicyFault(
      .entitlementsFit, at: place,
      "entitlements\(which) of the children of '\(name)' add up to \(total)", fix: fix)
  }

  private func checkWeights(below parent: AccountID) throws(PolicyFault) {
    let children = accounts.children[Int(parent.number)]
    guard let odd = children.first(where: { accounts[$0].weight == nil }),
      let weighted = children.first(where: { accounts[$0].weight != nil })
    else { return }
    throw PolicyFault(
      .weightsOfAllOrNone, at: PolicyPlace(.account(odd)),
      "'\(accounts[odd].name)' has no weight, but '\(accounts[weighted].name)' beside it has one",
      fix: "give all children of '\(accounts[parent].name)' a weight, or none")
  }

  private func checkBudgets(of id: AccountID) throws(PolicyFault) {
    for (index, budget) in accounts[id].budgets.enumerated() where budget.from >= budget.until {
      throw PolicyFault(
        .endsAfterItBegins, at: PolicyPlace(.budget(id, index), "until"),
        "a budget of '\(accounts[id].name)' ends no later than it begins",
        fix: "give a later end")
    }
  }
}
