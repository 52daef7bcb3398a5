import Printing
import Wire

/// Tokens as `gctl token list` shows them to a person.
enum TokenTable {
  static func text(_ rows: [TokenRow], in world: Surroundings) -> String {
    var table = Table(columns: [
      ("ID", .left), ("FOR", .left), ("ROLE", .left), ("MADE", .left), ("BY", .left),
      ("GOOD UNTIL", .left), ("STATE", .left),
    ])
    for row in rows {
      let role = row.account.map { "\(row.role.rawValue) of \($0)" } ?? row.role.rawValue
      let state = row.revoked.map { "revoked \(world.time($0)) by \(row.revoker ?? "")" } ?? "good"
      table.add([
        row.id, row.subject, role, world.time(row.issued), row.author ?? "",
        world.time(row.expires), state,
      ])
    }
    return table.text
  }
}
