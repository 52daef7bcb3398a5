import ArgumentParser
import Arguments
import Fleet
import Foundation
import Reports
import Units

/// `gsim place`: where gangs would go on a filled fleet, at what cost, and how fast that is found.
struct PlaceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "place",
    abstract: "Place a gang on a filled fleet: where it goes, what that costs, how long it takes.",
    discussion: """
      A request is written as gsub takes it, in one word: \
      --request "--gpus h200:512 --within pod". Several requests are placed together, in the \
      order given; otherwise each decision is repeated and timed.
      """)

  @Option(help: FleetArgument.help)
  var fleet: FleetArgument

  @Option(
    help: ArgumentHelp("How much of the fleet is taken, node by node at random.", valueName: "0…1"))
  var fill = 0.0

  @Option(help: "Which nodes are taken follows from this.")
  var seed: UInt64 = 1

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp("What to place, in gsub's options.", valueName: "options"))
  var request: [String]

  @Option(help: "How many times to decide, for the time it takes.")
  var `repeat` = 1000

  @Option(
    help: ArgumentHelp("Write the answer as JSON; - for standard output.", valueName: "file|-"))
  var json: String?

  func validate() throws {
    guard (0...1).contains(fill) else { throw ValidationError("--fill \(fill): give 0 to 1") }
    guard (1...10_000_000).contains(self.repeat) else {
      throw ValidationError("--repeat \(self.repeat): give 1 to 10000000")
    }
    guard !request.isEmpty else { throw ValidationError("give at least one --request") }
  }

  func run() throws {
    let topology = try fleet.topology()
    let output = try JSONOutput(json, inputs: [fleet.written])
    let shapes = try request.map { try shape($0, on: topology) }
    for (shape, written) in zip(shapes, request) {
      guard let obstacle = topology.obstacle(to: shape) else { continue }
      throw CommandFailure("--request \"\(written)\": \(obstacle)")
    }
    let occupancy = filled(topology)
    let joint = JointPlacement(of: shapes, on: occupancy, by: NetworkModel())
    let times = shapes.count == 1 ? decisionTimes(shapes[0], on: occupancy) : nil
    let report = PlacementReport(
      fleet: topology, occupancy: occupancy, requests: Array(zip(request, shapes)), joint: joint,
      nanoseconds: times)
    if !output.takesStandardOutput { try StandardOutput.write(report.summary()) }
    try output.write(report.json())
  }

  private func shape(_ written: String, on topology: Topology) throws -> GangShape {
    let words = written.split(separator: " ").map(String.init)
    do {
      return try GangOptions.parse(words).shape(on: topology)
    } catch {
      throw ValidationError("--request \"\(written)\": \(GangOptions.message(for: error))")
    }
  }

  /// The fleet with so many of its nodes taken whole.
  private func filled(_ topology: Topology) -> Occupancy {
    var random = SeededGenerator(seed: seed)
    var order = topology.nodes.map(\.id)
    order.shuffle(using: &random)
    var occupancy = Occupancy(topology: topology)
    for node in order.prefix(Int((fill * Double(order.count)).rounded())) {
      let whole = GangShape(
        members: 1, member: MemberShape(accelerators: 0, wholeNode: true),
        eligibility: Eligibility(named: [node]))
      if let allocation = occupancy.placement(of: whole) { occupancy.take(allocation) }
    }
    return occupancy
  }

  /// How long each decision took, in nanoseconds, least first: finding the place and taking it.
  private func decisionTimes(_ shape: GangShape, on occupancy: Occupancy) -> [Int] {
    var occupancy = occupancy
    let clock = ContinuousClock()
    var times: [Int] = []
    times.reserveCapacity(self.repeat)
    for _ in 0..<self.repeat {
      var allocation: Allocation?
      let time = clock.measure {
        allocation = occupancy.placement(of: shape)
        if let allocation { occupancy.take(allocation) }
      }
      times.append(Int(time / .nanoseconds(1)))
      if let allocation { occupancy.giveBack(allocation) }
    }
    return times.sorted()
  }
}
