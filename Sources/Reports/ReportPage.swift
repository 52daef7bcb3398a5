import Foundation
import Hashing
import Printing
import Simulation
import Units

/// A replay, or several of one workload side by side, as one page of HTML that needs nothing else,
/// and as the tables that the page draws.
public struct ReportPage: Sendable {
  private let runs: [ReportRun]
  private let command: String
  private let version: String

  /// What the page draws.
  public let tables: [ReportTable]

  /// A page about runs of one workload on one fleet.
  ///
  /// - Parameters:
  ///   - groups: who gains and who loses, where that is known.
  ///   - command: what was typed to make the page.
  ///   - version: which release made it.
  /// - Precondition: at least one run.
  public init(
    _ runs: [ReportRun], groups: GroupComparison?, command: String, version: String
  ) {
    precondition(!runs.isEmpty, "a report of nothing")
    self.runs = runs
    self.command = command
    self.version = version
    tables = ReportTables.all(runs, groups)
  }

  /// All that is drawn, and what it is of, as JSON.
  public var json: String {
    ReportJSON.object([
      ("format", ReportJSON.string("muster-report-1")),
      ("trace", ReportJSON.string(runs[0].report.subject.trace)),
      ("fleet", ReportJSON.string(runs[0].report.fleet)),
      ("seed", ReportJSON.string(String(runs[0].report.seed))),
      ("command", ReportJSON.string(command)),
      ("version", ReportJSON.string(version)),
      ("runs", ReportJSON.array(runs.map(json(of:)))),
      ("tables", ReportJSON.object(tables.map { ($0.name, $0.json) })),
    ])
  }

  private func json(of run: ReportRun) -> String {
    let series = run.series
    let capacity = series.rows.milli.reduce(0, +)
    let owners = series.owners.indices.map { owner in
      ReportJSON.object([
        ("name", ReportJSON.string(series.name(of: owner))),
        ("entitled", ReportJSON.number(Double(series.owners[owner].entitledMilli) / 1000)),
      ])
    }
    let arrival = series.lastArrival.map { Double($0.milliseconds) / 1000 }
    return ReportJSON.object([
      ("policy", ReportJSON.string(run.label)),
      ("decisions_sha256", ReportJSON.string(run.report.decisionsSHA256)),
      ("capacity", ReportJSON.number(Double(capacity) / 1000)),
      ("last_arrival", arrival.map(ReportJSON.number) ?? "null"),
      ("parts", ReportJSON.string(series.rows.kind)),
      ("part_names", ReportJSON.array(series.rows.names.map(ReportJSON.string))),
      ("members", ReportJSON.array(owners)),
    ])
  }

  /// The page.
  ///
  /// - Parameter library: the text of D3.
  public func html(library: ChartLibrary) -> String {
    let script = library.text + "\n" + Self.scripts
    // Only this very script runs, and nothing is loaded: names in a trace can't change that.
    let rules =
      "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
      + "script-src 'sha256-\(Self.base64Digest(of: script))'"
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="\(rules)">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>\(HTMLText(title))</title>
      <style>\(Self.style)</style>
      </head>
      <body>
      \(head)
      <main id="figures">
      <noscript><p class="note">The plots are drawn by a script; the figures below need none.</p>\
      </noscript>
      </main>
      \(figures)
      \(provenance)
      <script type="application/json" id="data">\(json)</script>
      <script>\(script)</script>
      </body>
      </html>

      """
  }
}

// MARK: What needs no script

extension ReportPage {
  private var title: String {
    let subject = runs[0].report.subject.trace.split(separator: "/").last.map(String.init) ?? ""
    let policies = runs.count == 1 ? runs[0].label : "\(runs.count) policies"
    return "\(subject) under \(policies)"
  }

  private var head: String {
    let tiles = runs.count > 1 ? "" : "<dl class=\"tiles\">\(tiles(of: runs[0]))</dl>"
    return """
      <header>
      <button id="theme" type="button" aria-label="Light or dark">◐</button>
      <p class="kind">Muster · \(runs.count == 1 ? "replay" : "comparison")</p>
      <h1>\(HTMLText(title))</h1>
      <p class="lead">\(HTMLText(lead))</p>
      \(tiles)
      </header>
      """
  }

  private var lead: String {
    let jobs = Wording.number(runs[0].report.total.counts.submitted)
    let capacity = Double(runs[0].series.rows.milli.reduce(0, +)) / 1000
    let what = "\(jobs) jobs on \(runs[0].report.fleet), \(Wording.number(capacity)) accelerators"
    guard runs.count > 1 else { return what + "." }
    return what + ", replayed under " + runs.map(\.label).joined(separator: ", ") + "."
  }

  private func tiles(of run: ReportRun) -> String {
    let names = ["allocated", "median wait", "p90 wait", "mean slowdown", "evictions", "energy"]
    return names.compactMap { name in
      guard let row = FigureRow.all.first(where: { $0.name == name }),
        let value = row.value(run.report)
      else { return nil }
      // In megawatt-hours where kilowatt-hours would be too many digits for a tile.
      let isMuch = name == "energy" && value >= 100_000
      let unit = name == "energy" ? isMuch ? " MWh" : " kWh" : ""
      let word = row.form.word(isMuch ? value / 1000 : value)
      return "<div><dt>\(name)</dt><dd>\(word)\(unit)</dd></div>"
    }.joined()
  }

  private var figures: String {
    let heads = runs.map { "<th scope=\"col\">\(HTMLText($0.label))</th>" }.joined()
    let rows = FigureRow.all.compactMap { row -> String? in
      let values = runs.map { row.value($0.report) }
      guard values.contains(where: { $0 != nil }) else { return nil }
      let cells = values.map { "<td>\($0.map(row.form.word) ?? "–")</td>" }.joined()
      let unit = row.form.unit == "kWh" ? ", kWh" : ""
      return "<tr><th scope=\"row\">\(row.name)\(unit)</th>\(cells)</tr>"
    }
    return """
      <section class="card" aria-labelledby="all-figures">
      <h2 id="all-figures">Figures</h2>
      <div class="wide"><table class="figures">
      <thead><tr><td></td>\(heads)</tr></thead>
      <tbody>
      \(rows.joined(separator: "\n"))
      </tbody>
      </table></div>
      </section>
      """
  }

  private var provenance: String {
    var rows: [(String, String)] = [
      ("workload", "\(runs[0].report.subject.trace) (\(runs[0].report.subject.format))"),
      ("fleet", runs[0].report.fleet), ("seed", String(runs[0].report.seed)),
    ]
    for run in runs {
      rows.append((runs.count == 1 ? "policy" : "policy \(run.label)", run.report.policy))
      rows.append(("decisions, SHA-256", run.report.decisionsSHA256))
    }
    rows += [("made by", "gsim \(version)"), ("command", command)]
    let list = rows.map { "<dt>\(HTMLText($0.0))</dt><dd><code>\(HTMLText($0.1))</code></dd>" }
    return """
      <footer class="card">
      <h2>Where this comes from</h2>
      <dl class="source">\(list.joined())</dl>
      <p class="downloads" id="downloads"></p>
      </footer>
      """
  }
}

// MARK: What the page is made of

extension ReportPage {
  /// In the order in which they build on each other.
  private static let scripts =
    "\"use strict\";\n"
    + [
      PackageResources.tables_js, PackageResources.page_js, PackageResources.axes_js,
      PackageResources.course_js, PackageResources.shares_js, PackageResources.waits_js,
      PackageResources.fleet_js, PackageResources.lending_js, PackageResources.draw_js,
    ].map { String(decoding: $0, as: UTF8.self) }.joined()

  private static let style = String(decoding: PackageResources.page_css, as: UTF8.self)

  /// As a content security policy names a script (CSP 3).
  private static func base64Digest(of text: String) -> String {
    var digester = SHA256Digester()
    digester.update(Array(text.utf8))
    return Data(digester.finishedBytes()).base64EncodedString()
  }
}
