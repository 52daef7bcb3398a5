import Client
import Printing
import Wire

/// What the daemon says of itself, as `gctl ping` prints it.
enum StandingView {
  static func text(
    _ standing: ServerStanding, of address: ControllerAddress, in world: Surroundings
  ) -> String {
    var table = Table()
    table.add(["address", "\(address)"])
    table.add(["version", standing.version])
    table.add(["serves since", world.time(standing.since)])
    table.add(["its clock", world.time(standing.now)])
    table.add(["epoch", "\(standing.epoch)"])
    table.add(["journal", Wording.number(Int(clamping: standing.journal))])
    table.add(["you are", standing.user ?? "nobody it knows"])
    if let role = standing.role { table.add(["your role", role.rawValue]) }
    return table.text
  }
}
