import Accounts
import Policy
import Units

extension PolicyReader {
  /// The deepest that accounts may nest: more would be a mistake.
  static let mostLevels = 16

  /// The keys that hold children, and what those are.
  private static let levels: [(key: String, kind: Account.Kind)] = [
    ("members", .member), ("projects", .project), ("users", .user),
  ]

  /// Reads the tree, a parent before its children.
  mutating func readAccounts(_ field: Field) throws(PolicyFileError) {
    let fields = try field.fields()
    if let name = fields["name"] {
      let text = try name.text()
      try check(name: text, at: name.node)
      policy.accounts = AccountTree(root: text)
    }
    places.keep(field.node, .account(.root))
    for level in Self.levels {
      if let children = fields[level.key] { try read(children, as: level.kind, below: .root) }
    }
  }

  private func check(name: String, at place: DocumentNode) throws(PolicyFileError) {
    let isOdd = name.unicodeScalars.contains {
      $0 == "/" || $0 == "," || $0.value < 0x20 || $0.properties.isWhitespace
    }
    guard !name.isEmpty, !isOdd else {
      throw place.error(
        "'\(name)' is no name of an account", fix: "leave out spaces, '/' and ','")
    }
  }

  private mutating func read(
    _ children: Field, as kind: Account.Kind, below parent: AccountID
  ) throws(PolicyFileError) {
    for (name, place, child) in try children.named() {
      try check(name: name, at: place)
      guard policy.accounts.child(named: name, of: parent) == nil else {
        throw place.error(
          "'\(policy.accounts[parent].name)' has two children named '\(name)'",
          fix: "rename one of them")
      }
      guard policy.accounts.count < AccountTree.mostAccounts else {
        throw place.error(
          "more than \(AccountTree.mostAccounts) accounts", fix: "leave the users out")
      }
      guard Int(policy.accounts.depths[Int(parent.number)]) < Self.mostLevels else {
        throw place.error(
          "accounts nest deeper than \(Self.mostLevels) levels", fix: "make the tree flatter")
      }
      let fields = try child.fields()
      let id = policy.accounts.add(try account(name, kind, fields, below: parent))
      try keep(place, fields, of: id)
      guard kind != .user else { continue }
      for level in Self.levels.dropFirst() {
        if let inner = fields[level.key] { try read(inner, as: level.kind, below: id) }
      }
    }
  }

  private mutating func keep(
    _ place: DocumentNode, _ fields: Fields, of id: AccountID
  ) throws(PolicyFileError) {
    places.keep(place, .account(id))
    for key in ["entitlement", "weight", "lend", "borrow"] {
      places.keep(fields[key]?.node, .account(id), key)
    }
    guard let budgets = fields["budgets"] else { return }
    for (index, budget) in try budgets.list().enumerated() {
      places.keep(budget.node, .budget(id, index))
      places.keep(try budget.fields()["until"]?.node, .budget(id, index), "until")
    }
  }

  private func account(
    _ name: String, _ kind: Account.Kind, _ fields: Fields, below parent: AccountID
  ) throws(PolicyFileError) -> Account {
    var account = Account(name: name, kind: kind, parent: parent)
    if kind == .member, let word = fields["class"] { account.memberClass = try word.choice() }
    if let entitlement = fields["entitlement"] {
      account.entitlement = try Entitlement(entitlement.chosen)
    }
    if let weight = fields["weight"] { account.weight = try weight.number() }
    if let most = fields["lend"] { account.lendLimit = try most.amount() }
    if let most = fields["borrow"] { account.borrowLimit = try most.amount() }
    if let budgets = fields["budgets"] {
      for entry in try budgets.list() { account.budgets.append(try Budget(entry)) }
    }
    return account
  }
}

extension Entitlement {
  fileprivate init(_ field: Field) throws(PolicyFileError) {
    self.init()
    guard !field.isPlain else {
      ofEach = try field.amount()
      return
    }
    for (model, _, amount) in try field.named() {
      if model == "each" {
        ofEach = try amount.amount()
      } else {
        ofModels.append(OfModel(model: model, amount: try amount.amount()))
      }
    }
  }
}

extension Budget {
  fileprivate init(_ field: Field) throws(PolicyFileError) {
    let fields = try field.fields()
    self.init(acceleratorMilliseconds: try fields.required("amount").acceleratorHours())
    if let date = fields["from"] { from = try date.date() }
    if let date = fields["until"] { until = try date.date() }
    if let flag = fields["hard-stop"] { stopsHard = try flag.flag() }
  }
}
