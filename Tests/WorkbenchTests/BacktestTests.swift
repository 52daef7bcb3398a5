import Foundation
import TestFiles
import Testing

/// Jobs of up to a node each, for 40 days, on two nodes of eight that are often full.
private let fortyDays: String = {
  let lines = (0..<400).map { job in
    let (run, size) = (600 + job * 7919 % 60_000, 1 + job * 5 % 8)
    return
      "\(job + 1) \(job * 8640) 0 \(run) \(size) -1 -1 \(size) \(2 * run) -1 1 1 1 1 1 -1 -1 -1\n"
  }
  return lines.joined()
}()

@Suite struct `A change judged on a trace` {
  @Test func `needs no scheduler where fleet and policy are named`() throws {
    let trace = TemporaryFile(text: fortyDays)
    let new = TemporaryFile(
      text: "policy: new\norder: fcfs\nbackfill: none\n"
        + "guard-rails: [{figure: p90-wait, percent: 1 %}]\n")
    let folder = try TemporaryFolder()
    let outcome = try GSimProcess.run(
      ["plan", new.path, "--trace", trace.path, "--fleet", "2x8", "--in-force", "fcfs+easy"]
        + ["--json", folder / "plan.json"], as: "gpolicy")
    #expect(outcome.errors == "")
    #expect(
      outcome.output.hasPrefix("'new' in place of 'fcfs+easy', on 2x8\n"), "\(outcome.output)")
    #expect(outcome.output.contains("400 jobs of 39 d 21 h"), "\(outcome.output)")
    #expect(outcome.output.contains("For the next 7 days"), "\(outcome.output)")
    #expect(!outcome.output.contains("Now:"))
    #expect(outcome.code == 1 && outcome.output.contains("BROKEN"), "backfill helped")
    let json = try JSONSerialization.jsonObject(
      with: Data(contentsOf: URL(filePath: folder / "plan.json")))
    let plan = try #require(json as? [String: Any])
    #expect(plan["queue"] == nil && plan["source"] as? String == trace.path)
    let same = try GSimProcess.run(
      ["plan", new.path, "--trace", trace.path, "--fleet", "2x8", "--in-force", new.path],
      as: "gpolicy")
    #expect(same.code == 0 && same.output.contains("all 1 guard rails hold"), "\(same.output)")
  }

  @Test(arguments: [
    (["--fleet", "2x8"], "--trace: say which"), (["--limit", "3"], "--trace: say which"),
    (["--trace", "t", "--window", "0:1", "--window", "2:1"], "--window: give one"),
    (["--trace", "t", "--last", "7d"], "--last: says how the journal is replayed, but a trace is"),
    (["--trace", "t", "--ends", "limits"], "--ends: says how the journal is replayed"),
    (
      ["--trace", "t", "--fleet", "2x8", "--in-force", "fcfs", "--state", "folder"],
      "--state: nobody is asked where --fleet and --in-force are given"
    ),
    (
      ["--trace", "t", "--fleet", "2x8", "--in-force", "fcfs", "--controller", "unix:s"],
      "--controller: nobody is asked"
    ),
    (["--state", "folder", "--controller", "unix:s"], "--state and --controller: give one"),
  ]) func `is asked for well`(options: [String], words: String) throws {
    let outcome = try GSimProcess.run(["plan", "new.yaml"] + options, as: "gpolicy")
    #expect(outcome.code == 2 && outcome.errors.contains(words), "\(outcome.errors)")
  }
}

@Suite struct `A plan that is applied` {
  @Test func `is made already: how it would be made is not to be said`() throws {
    let outcome = try GSimProcess.run(
      ["apply", "new.yaml", "--reason", "why", "--plan", "plan.json", "--last", "7d"],
      as: "gpolicy")
    #expect(outcome.code == 2 && outcome.errors.contains("with --plan the plan has been made"))
  }
}

@Suite struct `gsim backtest` {
  @Test func `says what was foreseen and what came, the same twice`() throws {
    let trace = TemporaryFile(text: fortyDays)
    let arguments = ["backtest", trace.path, "--fleet", "2x8", "--policy", "fcfs+easy"]
    let options = ["--policy", "fcfs", "--step", "7d", "--sample", "1", "--outlooks", "5"]
    let outcome = try GSimProcess.run(arguments + options)
    #expect(outcome.code == 0 && outcome.errors == "")
    for words in [
      "from 21 days the next 7, 2 times", "mean slowdown", "gwhy", "the queue's outlook",
    ] {
      #expect(outcome.output.contains(words), "\(outcome.output)")
    }
    let documents = try (0..<2).map { _ in
      try GSimProcess.run(arguments + options + ["--json", "-"]).output
    }
    #expect(documents[0] == documents[1])
    let json = try JSONSerialization.jsonObject(with: Data(documents[0].utf8)) as? [String: Any]
    #expect((json?["changes"] as? [Any])?.count == 8)
    #expect((json?["starts"] as? [Any])?.count == 8)
  }

  @Test(arguments: [
    (["--policy", "fcfs"], 2, "give two or more"),
    (["--policy", "fcfs", "--policy", "fcfs", "--test", "30d"], 1, "is shorter than"),
    (["--policy", "fcfs", "--policy", "fcfs", "--estimates", "1"], 2, "give 2 to 1000"),
  ]) func `says what is wrong`(options: [String], code: Int32, words: String) throws {
    let trace = TemporaryFile(text: fortyDays)
    let outcome = try GSimProcess.run(["backtest", trace.path, "--fleet", "2x8"] + options)
    #expect(outcome.code == code && outcome.errors.contains(words), "\(outcome.errors)")
  }
}

@Suite struct `Files that are read` {
  @Test func `are never written over, whoever names them`() throws {
    let folder = try TemporaryFolder()
    func write(_ text: String, _ name: String) throws -> String {
      try text.write(toFile: folder / name, atomically: true, encoding: .utf8)
      return folder / name
    }
    let trace = try write(smallTrace, "t.swf")
    let table = try write("when,for,on\n0,60,1\n", "table.txt")
    let columns = try write(
      "table: t\ncolumns:\n  submitted: {column: when, format: s}\n"
        + "  run-time: {column: for, format: s}\n"
        + "  size: on\n", "columns.yaml")
    let mapping = try write("accounts: {}\n", "map.yaml")
    let policy = try write("policy: p\nbackfill: reserving\n", "p.yaml")
    let scenario = try write(
      "scenario: s\nfleet: 4x4\npolicy: p.yaml\ntrace: {file: t.swf}\n", "s.yaml")
    let sweep = try write(
      "sweep: s\nfleet: 2x8\npolicy: p.yaml\nworkloads: [t.swf]\nkeys: {reservations: [1, 2]}\n",
      "sweep.yaml")
    let onFleet = ["--fleet", "4x4", "--policy", "fcfs"]
    let cases: [([String], String)] = [
      (["replay", table, "--columns", columns, "--json", columns] + onFleet, columns),
      (["replay", trace, "--map-accounts", mapping, "--decisions", mapping] + onFleet, mapping),
      (["replay", scenario, "--json", trace], trace),
      (["replay", scenario, "--json", policy], policy),
      (["compare", scenario, "--policy", "fcfs", "--policy", "fcfs", "--json", trace], trace),
      (["convert", table, "--columns", columns, "-o", columns], columns),
      (["sweep", sweep, "-o", policy], policy), (["sweep", sweep, "-o", trace], trace),
    ]
    for (arguments, path) in cases {
      let before = try String(contentsOfFile: path, encoding: .utf8)
      let outcome = try GSimProcess.run(arguments)
      #expect(outcome.code == 2, "\(arguments): \(outcome.errors)")
      #expect(outcome.errors.contains("is what is read"), "\(arguments): \(outcome.errors)")
      #expect(try String(contentsOfFile: path, encoding: .utf8) == before)
    }
  }

  @Test func `are not amongst a report's tables`() throws {
    let folder = try TemporaryFolder()
    try "submitted,run_time,size\n2026-01-01 00:00:00Z,60,1\n".write(
      toFile: folder / "waits.csv", atomically: true, encoding: .utf8)
    let outcome = try GSimProcess.run(
      ["replay", folder / "waits.csv", "--fleet", "4x4", "--policy", "fcfs"]
        + ["--report-data", folder.path])
    #expect(
      outcome.code == 2 && outcome.errors.contains("name another folder"), "\(outcome.errors)")
  }
}

@Suite struct `A generated workload` {
  @Test func `says which models, blocks and checkpoints its jobs ask for`() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let fleet = root.appending(path: "Policies/fleets/gigafactory.yaml").path
    let outcome = try GSimProcess.run(
      ["generate", "gigafactory-mix", "--jobs", "2000", "--fleet", fleet])
    #expect(outcome.code == 0, "\(outcome.errors)")
    let rows = outcome.output.split(separator: "\n").dropFirst()
      .map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    #expect(rows.count == 2000 && rows.allSatisfy { $0.count == 14 })
    // A tray has four accelerators of this model, a block 72 of them.
    let racks = rows.filter { $0[10] == "gb200" }
    #expect(racks.contains { $0[8] == "block" })
    for row in racks {
      let size = try #require(Int(row[2]))
      #expect((row[8] == "block") == (5...72).contains(size), "\(row)")
    }
    let trained = rows.filter { !$0[12].isEmpty }
    #expect(trained.contains { $0[7] == "member" } && trained.allSatisfy { $0[13] == "300" })
    #expect(!trained.contains { $0[7] == "inference" })
  }

  @Test func `has the same jobs whenever it begins`() throws {
    func jobs(_ more: [String]) throws -> [String] {
      let outcome = try GSimProcess.run(
        ["generate", "philly-like", "--jobs", "50", "--fleet", "8x8"] + more)
      #expect(outcome.code == 0, "\(outcome.errors)")
      return outcome.output.split(separator: "\n").map(String.init)
    }
    // 2018-01-01 is where it begins otherwise; a week later all is a week later.
    let (plain, same) = (try jobs([]), try jobs(["--start", "2018-01-01"]))
    #expect(plain == same && plain.count == 51)
    let later = try jobs(["--start", "2018-01-08"])
    #expect(later != plain)
    func work(_ lines: [String]) -> [Substring] { lines.map { $0.drop { $0 != "," } } }
    #expect(work(later) == work(plain))
  }
}
