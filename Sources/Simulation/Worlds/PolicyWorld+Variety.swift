import Fleet
import Jobs
import Policy
import Units

extension PolicyWorld {
  /// Of the third leaf the nodes have another model; some jobs ask for one of the two, and some
  /// gangs for one leaf, or prefer it for a while.
  public mutating func addVariety(seed: UInt64, models: Bool = true) {
    var random = SeededGenerator(seed: seed)
    let hasLeaves = !topology.domains(at: .leaf).isEmpty
    let hasModels = hasLeaves && models
    if hasModels, let varied = try? withTwoModels() { topology = varied }
    // A promise that moves onto a model that nobody lends is made again at each plan: not at once.
    policy.reserveAnew = max(policy.reserveAnew, .seconds(30))
    for index in jobs.indices {
      var shape = jobs[index].request.shape
      if hasLeaves, shape.nodeCount == 1, random.below(3) == 0 {
        shape = GangShape(members: 2, member: shape.member)
      }
      if hasLeaves, shape.nodeCount > 1 {
        var closeness = Closeness.within(.leaf)
        if random.below(2) == 0 {
          closeness = .closest
          closeness.preferred = .leaf
          closeness.longestWait = .seconds(1800)
        }
        if random.below(4) > 0 { shape = shape.with(closeness) }
      }
      if hasModels, random.below(3) == 0 {
        shape = shape.with(Eligibility(models: [random.below(3) > 0 ? "m" : "n"]))
      }
      jobs[index].request.shape = shape
    }
  }

  /// Every job asks for one accelerator.
  public mutating func useSingleAccelerators() {
    for index in jobs.indices {
      jobs[index].request.shape = .accelerators(1, perNode: 1)
    }
  }

  private func withTwoModels() throws -> Topology {
    let third = topology.domains(at: .leaf).dropFirst(2).first.map { topology.domains[$0].nodes }
    return try topology.retyped { node in
      var type = topology.type(of: node)
      if third?.contains(node) == true { (type.name, type.acceleratorModel) = ("u", "n") }
      return type
    }
  }
}
