import Foundation
import Testing

/// Two sites of nodes that draw power.
private let halls = """
  fleet: halls
  node-types:
    box: {accelerators: 8, model: m, watts: 700 W}
  sites:
    - {name: north, type: box, nodes: "n[0-7]"}
    - {name: south, type: box, nodes: "s[0-3]"}
  """

/// Three members, of whom two have names that a page must not take for its own.
private let thirds = """
  policy: thirds
  order: fair-share
  backfill: reserving
  accounts:
    name: consortium
    members:
      "<b>weather&co": {entitlement: 50 %}
      works: {entitlement: 30 %}
      '"uni"<i>': {entitlement: 20 %}
  modes:
    regular: {undisturbed: 20 min, notice: 5 min, grace: 5 min}
  preemption: {restart: 5 min}
  power:
    north: {budget: 100 kW, pue: 1.3}
    south: {budget: 100 kW, pue: 1.2}
  """

/// Enough for everything that a report can show: loans, evictions, queues, three sizes of gangs.
private let shared = """
  scenario: shared
  fleet: halls.yaml
  policy: thirds.yaml
  seed: 1
  span: 5 d
  streams:
    first:
      account: "<b>weather&co"
      arrivals: {saturate: 4}
      sizes: {4: 1, 8: 4, 16: 3, 32: 1}
      durations: {exponential: 2 h, longest: 12 h}
      time-limit: 1.5
      checkpoints: {every: 30 min, restart: 5 min}
    second:
      account: works
      arrivals: {per-hour: 2}
      sizes: {1: 2, 8: 3}
      durations: {exponential: 1 h, longest: 6 h}
      time-limit: 1.5
    third:
      account: '"uni"<i>'
      arrivals: {per-hour: 1}
      sizes: {16: 1, 32: 1}
      durations: {exponential: 3 h, longest: 10 h}
      time-limit: 1.5
      checkpoints: {every: 30 min, restart: 5 min}
  """

@Suite struct `gsim with --report` {
  /// The scenario's path would end a script if it were put into one as it is.
  private func scenario(in folder: TemporaryFolder) throws -> String {
    let inner = folder / "<"
    try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: true)
    let name = "\(inner)/script><b>.yaml"
    let first = thirds.replacing("order: fair-share", with: "order: fcfs")
      .replacing("policy: thirds", with: "policy: first-come")
      .replacing("{restart: 5 min}", with: "{restart: 5 min, reclaims: no}")
    let files = [("halls.yaml", halls), ("thirds.yaml", thirds), ("first.yaml", first)]
    for (file, text) in files {
      try text.write(toFile: "\(inner)/\(file)", atomically: true, encoding: .utf8)
    }
    try shared.write(toFile: name, atomically: true, encoding: .utf8)
    return name
  }

  private func check(_ probe: ReportProbe, has figures: [String]) {
    #expect(probe.complaints.isEmpty, "\(probe.complaints)")
    #expect(probe.views.map(\.width) == [1280, 1280, 390, 390])
    #expect(probe.views.map(\.theme) == ["light", "dark", "light", "dark"])
    #expect(Set(probe.views.map(\.ground)).count == 2)
    for view in probe.views {
      let place = "at \(view.width), \(view.theme)"
      #expect(view.figures.map(\.id) == figures, "\(place)")
      #expect(view.figures.filter { $0.marks < 2 }.map(\.id) == [], "\(place)")
      #expect(view.faults == [], "\(place)")
      #expect(!view.scrolls, "\(place)")
    }
  }

  @Test(
    .enabled(if: ReportProbe.isPossible, "chromium or node-d3 is missing: ./dev setup"))
  func `a replay's page is whole in a browser, wide and narrow, light and dark`() throws {
    let folder = try TemporaryFolder()
    let page = folder / "page.html"
    let outcome = try GSimProcess.run([
      "replay", try scenario(in: folder), "--report", page, "--report-data", folder / "data",
    ])
    #expect(outcome.code == 0, "\(outcome.errors)")
    let html = try String(contentsOfFile: page, encoding: .utf8)
    let figures = [
      "course", "waits", "members", "shares", "lending", "fleet", "energy", "evictions",
    ]
    check(try ReportProbe(page: html, in: folder), has: figures)
    let files = try FileManager.default.contentsOfDirectory(atPath: folder / "data").sorted()
    let names = ["course", "energy", "figures", "fleet", "lending", "members", "shares", "waits"]
    #expect(files == (names.map { "\($0).csv" } + ["report.json"]).sorted())
  }

  @Test(
    .enabled(if: ReportProbe.isPossible, "chromium or node-d3 is missing: ./dev setup"))
  func `a comparison's page is whole too`() throws {
    let folder = try TemporaryFolder()
    let (page, path) = (folder / "page.html", try scenario(in: folder))
    let outcome = try GSimProcess.run([
      "compare", path, "--policy", folder / "</thirds.yaml", "--policy", folder / "</thirds.yaml",
      "--policy", folder / "</first.yaml", "--report", page,
    ])
    #expect(outcome.code == 0, "\(outcome.errors)")
    let html = try String(contentsOfFile: page, encoding: .utf8)
    let figures = [
      "course", "changes", "waits", "members", "shares", "lending", "fleet", "energy", "evictions",
    ]
    check(try ReportProbe(page: html, in: folder), has: figures)
  }

  /// One small job runs on for two months: nothing else is squeezed for it.
  @Test(
    .enabled(if: ReportProbe.isPossible, "chromium or node-d3 is missing: ./dev setup"))
  func `a page says until when its drawings go, where little is left to do`() throws {
    let folder = try TemporaryFolder()
    let page = folder / "page.html"
    let late = "41 900 0 5184000 1 -1 -1 1 5184000 -1 1 1 1 1 1 -1 -1 -1\n"
    try (smallTrace + late).write(toFile: folder / "t.swf", atomically: true, encoding: .utf8)
    let outcome = try GSimProcess.run([
      "replay", folder / "t.swf", "--fleet", "64x8", "--policy", "fcfs", "--report", page,
    ])
    #expect(outcome.code == 0, "\(outcome.errors)")
    let html = try String(contentsOfFile: page, encoding: .utf8)
    let probe = try ReportProbe(page: html, in: folder)
    check(probe, has: ["course", "waits", "fleet"])
    let leads = probe.views.flatMap(\.leads)
    #expect(leads.contains { $0.contains("the last job ends after 60 d") }, "\(leads)")
    #expect(leads.contains("Hardly any job waits."), "\(leads)")
  }

  @Test func `does not change what was decided, and refuses several windows`() throws {
    let folder = try TemporaryFolder()
    let path = try scenario(in: folder)
    let plain = try GSimProcess.run(["replay", path, "--decisions", folder / "plain"])
    let told = try GSimProcess.run([
      "replay", path, "--decisions", folder / "told", "--report-data", folder / "data",
    ])
    #expect(plain.code == 0 && told.code == 0, "\(plain.errors)\(told.errors)")
    let logs = try ["plain", "told"].map {
      try String(contentsOfFile: folder / $0, encoding: .utf8)
    }
    #expect(logs[0] == logs[1])
    let windows = try GSimProcess.run([
      "replay", "philly-like:100", "--fleet", "8x8", "--policy", "fcfs", "--window", "0:10",
      "--window", "10:10", "--report", folder / "page.html",
    ])
    #expect(windows.code == 2)
    #expect(windows.errors.contains("one --window"))
  }
}
