import Printing
import Wire

/// Nodes as `gnodes` shows them to a person.
enum NodeTable {
  static func text(_ rows: [NodeRow]) -> String {
    let hasReasons = rows.contains { $0.reason != nil }
    var columns: [(heading: String, side: Table.Side)] = [
      ("NODE", .left), ("WHERE", .left), ("MODEL", .left), ("GPUS", .right), ("FREE", .right),
      ("CORES", .right), ("FREE", .right), ("MEMORY", .right), ("FREE", .right),
      ("CONDITION", .left), ("AGENT", .left),
    ]
    if hasReasons { columns.append(("REASON", .left)) }
    var table = Table(columns: columns)
    for row in rows {
      table.add([
        row.name, row.path.joined(separator: "/"), row.model ?? "", "\(row.accelerators)",
        "\(row.holders.count { $0 == 0 })", cores(row.milliCores), cores(row.freeMilliCores),
        memory(row.memoryMib), memory(row.freeMemoryMib), row.condition, row.agent,
        row.reason ?? "",
      ])
    }
    return table.text
  }

  private static func cores(_ thousandths: Int) -> String {
    Surroundings.amount(Double(thousandths) / 1000)
  }

  private static func memory(_ mebibytes: Int) -> String {
    mebibytes == 0 ? "0" : Surroundings.amount(Double(mebibytes) / 1024) + " GiB"
  }
}
