import Foundation
import Testing

@Suite struct `A trace that names accounts` {
  private static let trace = """
    submitted,run_time,size,members,time_limit,user,account,mode,within,state,model,segment,\
    checkpoint_every,restart
    2026-03-01 08:00:00Z,60,8,,120,ada,lattice,regular,,completed,,,,
    2026-03-01 08:00:10Z,60,4,,120,emmy,lattice,regular,,completed,h100,1:leaf,600,60
    2026-03-02 08:00:00Z,60,1,,120,eve,vision,night,,failed,,,,

    """

  private static let fleet = ["--fleet", "4x8"]
  private static let policies = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Policies")
  private static let university = [
    "--policy", policies.appending(path: "university.yaml").path,
    "--fleet", policies.appending(path: "fleets/cluster-512.yaml").path,
  ]

  private func run(
    _ command: [String], mapping: String? = nil
  ) throws -> GSimProcess.Outcome {
    let folder = try TemporaryFolder()
    try Self.trace.write(toFile: folder / "t.csv", atomically: true, encoding: .utf8)
    var arguments = [command[0], folder / "t.csv"] + command.dropFirst()
    if let mapping {
      try mapping.write(toFile: folder / "m.yaml", atomically: true, encoding: .utf8)
      arguments += ["--map-accounts", folder / "m.yaml"]
    }
    return try GSimProcess.run(arguments)
  }

  @Test func `is charged to the accounts of these names`() throws {
    let outcome = try run(
      ["replay"] + Self.university, mapping: "modes: {night: interactive}\n")
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("3 submitted, 3 completed"), "\(outcome.output)")
    #expect(outcome.output.contains("physics"), "\(outcome.output)")
  }

  @Test func `is refused with what to write where the policy lacks a name`() throws {
    let outcome = try run(["replay"] + Self.university)
    #expect(outcome.code == 1)
    #expect(
      outcome.errors.contains(
        "policy 'university' has no mode 'night', which jobs of the trace have; give "
          + "--map-accounts FILE with 'modes: {night: "), "\(outcome.errors)")
  }

  @Test func `needs no mapping under a policy of one account`() throws {
    let outcome = try run(["replay"] + Self.fleet + ["--policy", "fcfs"])
    #expect(outcome.output.contains("3 submitted, 3 completed"), "\(outcome.errors)")
  }

  /// What is asked for, and the lines that are written.
  static let selections: [(options: [String], lines: [Int])] = [
    ([], [1, 2, 3]), (["--account", "lattice"], [1, 2]), (["--user", "eve"], [3]),
    (["--user", "ada", "--user", "eve"], [1, 3]), (["--limit", "2"], [1, 2]),
    (["--window", "0d/1d"], [1, 2]), (["--window", "2026-03-02/2026-03-03"], [3]),
    (["--window", "1:2"], [2, 3]), (["--account", "lattice", "--limit", "1"], [1]),
  ]

  @Test(arguments: selections)
  func `gives the jobs that are chosen`(options: [String], lines: [Int]) throws {
    let outcome = try run(["convert"] + options)
    let all = Self.trace.split(separator: "\n")
    #expect(outcome.output.split(separator: "\n") == [all[0]] + lines.map { all[$0] })
  }

  @Test func `comes twice as fast where its time is halved`() throws {
    let outcome = try run(["convert", "--time-scale", "0.5"])
    let times = outcome.output.split(separator: "\n").dropFirst().map { $0.prefix(20) }
    #expect(times == ["2026-03-01 08:00:00Z", "2026-03-01 08:00:05Z", "2026-03-01 20:00:00Z"])
  }

  @Test func `says whom it has where nobody of a name is found`() throws {
    let outcome = try run(["convert", "--account", "latice"])
    #expect(outcome.code == 2)
    #expect(
      outcome.errors.contains(
        "--account latice: no job of the trace is of that account; did you mean 'lattice'?"))
  }
}
