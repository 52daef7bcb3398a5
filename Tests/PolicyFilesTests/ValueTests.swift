import Accounts
import Policy
import PolicyFiles
import Testing
import Units

@Suite struct `A value in a policy file` {
  private func policy(_ lines: String) throws -> ClusterPolicy {
    try PolicyFile.decode(
      "policy: p\norder: fair-share\nbackfill: reserving\n\(lines)\n", file: "p.yaml")
  }

  /// The seconds since 1970 of each, as `date -d … +%s` has them.
  @Test(arguments: [
    ("1970-01-01", 0), ("2000-02-29", 951_782_400), ("2026-03-01", 1_772_323_200),
    ("2100-03-01", 4_107_542_400), ("2999-12-31", 32_503_593_600),
    ("2026-03-01T06:00Z", 1_772_344_800), ("2026-03-01T06:00:30Z", 1_772_344_830),
    ("2026-03-01T06:00+02:00", 1_772_337_600), ("2026-03-01T23:30-05:45", 1_772_428_500),
  ])
  func `is a date in any of its forms`(written: String, seconds: Int64) throws {
    let text =
      "accounts: {users: {a: {budgets: [{amount: 1 accelerator-hours, from: \(written)}]}}}"
    let account = try policy(text).accounts[AccountID(1)]
    #expect(account.budgets[0].from == Instant(milliseconds: seconds * 1000))
  }

  @Test(arguments: [
    "2026-3-1", "2026-13-01", "2026-00-10", "2026-04-31", "2100-02-29", "1969-12-31", "2026-03-01T",
    "2026-03-01T06:00", "2026-03-01T24:00Z", "2026-03-01T06:60Z", "2026-03-01T06:00:60Z",
    "2026-03-01T06:00+2", "2026-03-01T06:00ZZ", "2026-03-01 06:00Z", "2026-03-01T06:00:3Z",
  ])
  func `is no date in another form`(written: String) {
    let text =
      "accounts: {users: {a: {budgets: [{amount: 1 accelerator-hours, from: \"\(written)\"}]}}}"
    let error = #expect(throws: PolicyFileError.self) { try policy(text) }
    #expect(error?.what == "'\(written)' is not a date")
  }

  @Test(arguments: [("90 s", 90), ("30 min", 1800), ("12 h", 43_200), ("7 d", 604_800)])
  func `is a length of time by its unit`(written: String, seconds: Int64) throws {
    #expect(try policy("half-life: \(written)").halfLife == .seconds(seconds))
  }

  @Test(arguments: [
    ("20 %", AccountAmount.fraction(200_000)), ("0.0001 %", .fraction(1)), ("100 %", .all),
    ("33.3333 %", .fraction(333_333)), ("512 accelerators", .accelerators(512)),
    ("1 accelerator", .accelerators(1)), ("0 %", .nothing),
  ])
  func `is a part or a number of accelerators`(written: String, amount: AccountAmount) throws {
    let tree = try policy("accounts: {users: {a: {borrow: \(written)}}}").accounts
    #expect(tree[AccountID(1)].borrowLimit == amount)
  }

  @Test func `is an entitlement by model`() throws {
    let text = "accounts: {users: {a: {entitlement: {h200: 20 %, each: 5 %, x: 8 accelerators}}}}"
    let entitlement = try policy(text).accounts[AccountID(1)].entitlement
    #expect(entitlement.amount(of: "h200") == .fraction(200_000))
    #expect(entitlement.amount(of: "x") == .accelerators(8))
    #expect(entitlement.amount(of: "gb200") == .fraction(50_000))
  }

  @Test(arguments: [
    ("1000 W", 1000), ("38.5 MW", 38_500_000), ("250 kW", 250_000), ("0.001 MW", 1000),
  ])
  func `is a power by its unit`(written: String, watts: Int) throws {
    let power = try policy("power: {rome: {budget: \(written), factor: 90 %}}").power
    #expect(power[0].steps == [PowerBudget.Step(from: .zero, watts: watts)])
    #expect(power[0].factorMilli == 900)
  }

  @Test func `is a power over the day`() throws {
    let power = try policy("power: {rome: {budget: {\"06:30\": 38 MW, \"20:00\": 40 MW}}}").power
    let steps = [(6 * 60 + 30, 38), (20 * 60, 40)].map { minutes, megawatts in
      PowerBudget.Step(from: .seconds(Int64(minutes) * 60), watts: megawatts * 1_000_000)
    }
    #expect(power[0].steps == steps)
  }

  /// Levels may be left out, and children of all kinds stand beside each other.
  @Test func `is a tree of accounts`() throws {
    let text = """
      accounts:
        name: all
        members: {m: {class: private, projects: {p: {users: {ada: , bob: }}, q: {}}}}
        users: {eve: {}}
      """
    let tree = try policy(text).accounts
    let paths = (0..<tree.count).map { tree.path(of: AccountID(UInt16($0))) }
    #expect(paths == ["all", "m", "m/p", "m/p/ada", "m/p/bob", "m/q", "eve"])
    #expect(
      tree.accounts.map(\.kind.rawValue).joined(separator: " ")
        == "consortium member project user user project user")
    #expect(tree[AccountID(1)].memberClass == .private)
  }
}
