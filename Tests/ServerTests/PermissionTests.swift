import Accounts
import Server
import Testing
import Units
import Wire

@Suite struct `Who may do what` {
  private static let tree: AccountTree = {
    var tree = AccountTree(root: "all")
    let uni = tree.add(Account(name: "uni", kind: .member, parent: .root))
    tree.add(Account(name: "ada", kind: .user, parent: uni))
    let firm = tree.add(Account(name: "firm", kind: .member, parent: .root))
    tree.add(Account(name: "grace", kind: .user, parent: firm))
    return tree
  }()

  /// Who, as `role name[@account]`, and what they may do of the deeds, a letter each.
  ///
  /// l look, s submit, o an own job, u a job of the uni's ada, f one of the firm's grace, n change
  /// nodes, r change rules, a speak for node n1, b for n1 and n2
  private static let rows: [(who: String, may: String)] = [
    ("user ada", "lsou"),
    ("user linus", "lso"),
    ("coordinator linus uni", "lsou"),
    ("coordinator linus all", "lsouf"),
    ("coordinator linus gone", "lso"),
    ("operator linus", "lsoufn"),
    ("administrator linus", "lsoufnrab"),
    ("agent n1", "a"),
    ("agent n1,n2", "ab"),
  ]

  @Test(arguments: rows) func `is one table`(_ row: (who: String, may: String)) throws {
    let words = row.who.split(separator: " ").map(String.init)
    let caller = Caller(
      name: words[1], uid: 7, gid: 7, role: try #require(Role(rawValue: words[0])),
      account: words.count > 2 ? words[2] : nil)
    let deeds: [(Character, Permissions.Deed)] = [
      ("l", .look), ("s", .submit), ("o", .reachJob(owner: words[1], account: .root)),
      ("u", .reachJob(owner: "ada", account: AccountID(2))),
      ("f", .reachJob(owner: "grace", account: AccountID(4))), ("n", .changeNodes),
      ("r", .changeRules), ("a", .speak(forNodes: ["n1"])), ("b", .speak(forNodes: ["n1", "n2"])),
    ]
    let may = deeds.filter { Permissions.refusal(of: $0.1, by: caller, in: Self.tree) == nil }
    #expect(String(may.map(\.0)) == row.may)
  }
}
