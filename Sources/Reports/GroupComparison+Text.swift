import Printing
import Simulation

extension GroupComparison {
  /// Aligned tables for people: a row for each group under each policy, then jobs by name.
  public func text() -> String {
    var text = ""
    for kind in Kind.allCases {
      let rows = rows.filter { $0.kind == kind }
      if !rows.isEmpty { text += "\n" + table(kind, rows) }
    }
    guard !rows.isEmpty else { return "\nNo job came to its end.\n" }
    text += "\n" + legend()
    for (policy, losers, gainers) in jobs where !losers.isEmpty || !gainers.isEmpty {
      text += "\nJobs that lose most under \(policy), and gain most:\n\n"
      text += table(losers + gainers)
    }
    return text
  }

  private func table(_ kind: Kind, _ rows: [Row]) -> String {
    let heading =
      switch kind {
      case .all: ""
      case .member: "member"
      case .mode: "mode"
      case .size: "size"
      }
    var table = Table(columns: [
      (heading, .left), ("policy", .left), ("jobs", .right), ("mean wait", .right),
      ("change", .right), ("p90 wait", .right), ("change", .right), ("slowdown", .right),
      ("change", .right),
    ])
    var last = ""
    for row in rows {
      let time = { Wording.time(seconds: $0) }
      let ratio = { Wording.number($0, decimals: 2) }
      table.add(
        [row.group == last ? "" : row.group, row.policy, Wording.number(row.jobs)]
          + cells(row.measures[.meanWait], time) + cells(row.measures[.p90Wait], time)
          + cells(row.measures[.meanSlowdown], ratio))
      last = row.group
    }
    return table.text
  }

  private func cells(_ measure: Measure?, _ word: (Double) -> String) -> [String] {
    guard let measure else { return ["-", ""] }
    guard let change = measure.change else { return [word(measure.value), ""] }
    func signed(_ value: Double) -> String { (value < 0 ? "−" : "+") + word(abs(value)) }
    guard let interval = measure.interval else { return [word(measure.value), signed(change)] }
    let mark = interval.isClear ? "" : " ?"
    return [
      word(measure.value),
      "\(signed(change)) [\(signed(interval.low)), \(signed(interval.high))]\(mark)",
    ]
  }

  private func legend() -> String {
    let workloads = seeds == 1 ? "" : ", over \(seeds) workloads"
    guard let blockDays else {
      return "Changes are against \(first)\(workloads); "
        + "ten days of jobs at least are needed to say how sure they are.\n"
    }
    let block = blockDays == 7 ? "weeks" : "days"
    return "Changes are against \(first)\(workloads). In brackets where they lie for 95 "
      + "of 100 workloads\nlike this one, by drawing its \(block) anew; "
      + "? where that may be either way.\n"
  }

  private func table(_ jobs: [Job]) -> String {
    var table = Table(columns: [
      ("job", .right), ("size", .right), ("member", .left), ("waited", .right),
      ("waits", .right), ("change", .right),
    ])
    for job in jobs {
      let loss = Double(job.loss) / 1000
      table.add([
        "\(job.place)", "\(job.record.size)", job.member,
        Wording.time(seconds: Double(job.before) / 1000),
        Wording.time(seconds: Double(job.record.waited) / 1000),
        (loss < 0 ? "−" : "+") + Wording.time(seconds: abs(loss)),
      ])
    }
    return table.text
  }
}
