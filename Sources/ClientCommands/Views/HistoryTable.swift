import Printing
import Units
import Wire

/// Finished jobs as `gacct` shows them to a person.
struct HistoryTable {
  private let world: Surroundings

  init(_ world: Surroundings) { self.world = world }

  func text(_ rows: [HistoryRow]) -> String {
    var table = Table(columns: [
      ("JOB", .right), ("NAME", .left), ("USER", .left), ("ACCOUNT", .left), ("STATE", .left),
      ("EXIT", .right), ("GPUS", .right), ("STARTED", .left), ("ENDED", .left), ("TIME", .right),
      ("CHARGED (h)", .right), ("ENERGY (kWh)", .right), ("EVICTED", .right),
    ])
    for row in rows {
      let job = row.job
      let time = job.started.map { started in
        Surroundings.span(
          (job.ended?.instant ?? world.now()).milliseconds - started.instant.milliseconds)
      }
      table.add([
        "\(job.job)", job.name, job.user, job.account, job.state.rawValue,
        job.exitCode.map(String.init) ?? "", Surroundings.amount(job.accelerators),
        world.time(job.started), world.time(job.ended), time ?? "",
        Surroundings.amount(row.chargedHours), row.energyKwh.map(Surroundings.amount) ?? "",
        "\(row.evictions)",
      ])
    }
    return table.text
  }
}

/// What finished jobs were charged, summed up by name.
struct Statement {
  /// One name's sums; as JSON, a line of `gacct --statement --json`.
  struct Row: Codable {
    var name: String
    var jobs = 0
    var completed = 0
    var chargedHours = 0.0
    var energyKwh: Double?
    var evictions = 0

    mutating func add(_ row: HistoryRow) {
      jobs += 1
      completed += row.job.state == .completed ? 1 : 0
      chargedHours += row.chargedHours
      if let energy = row.energyKwh { energyKwh = (energyKwh ?? 0) + energy }
      evictions += row.evictions
    }
  }

  private var byName: [String: Row] = [:]
  private var total = Row(name: "in all")

  mutating func add(_ row: HistoryRow, under name: String) {
    byName[name, default: Row(name: name)].add(row)
    total.add(row)
  }

  /// By name.
  var rows: [Row] { byName.values.sorted { $0.name < $1.name } }

  func table(heading: String) -> String {
    var table = Table(columns: [
      (heading.uppercased(), .left), ("JOBS", .right), ("COMPLETED", .right),
      ("CHARGED (h)", .right), ("ENERGY (kWh)", .right), ("EVICTED", .right),
    ])
    for row in rows + [total] {
      table.add([
        row.name, Wording.number(row.jobs), Wording.number(row.completed),
        Surroundings.amount(row.chargedHours), row.energyKwh.map(Surroundings.amount) ?? "",
        "\(row.evictions)",
      ])
    }
    return table.text
  }
}
