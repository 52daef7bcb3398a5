extension Occupancy {
  /// Compares every counter with the bits and stops the program where they differ. O(nodes)
  ///
  /// Tests and the simulator's checkers call it after every operation.
  public func checkInvariants() {
    let fresh = Occupancy(topology: topology, freeMap: freeMap)
    precondition(freeAccelerators == fresh.freeAccelerators, "free accelerators are miscounted")
    precondition(freeCores == fresh.freeCores, "free cores are miscounted")
    precondition(atLeast == fresh.atLeast, "nodes by free accelerators are miscounted")
    precondition(domainCounters == fresh.domainCounters, "a domain's counters are wrong")
    precondition(byFree == fresh.byFree, "a node stands in the wrong row")
  }
}

extension Occupancy: Equatable {
  /// Whether the same accelerators and cores of the same fleet are free.
  public static func == (a: Occupancy, b: Occupancy) -> Bool {
    a.topology === b.topology && a.freeMap == b.freeMap
  }
}
