import Fleet
import Testing
import Units

/// A gang of so many whole nodes of four.
private func gang(_ members: Int, _ closeness: Closeness = .closest) -> GangShape {
  GangShape(members: members, member: MemberShape(accelerators: 4), closeness: closeness)
}

@Suite struct `A gang of several nodes` {
  @Test func `takes the fullest leaf that holds it`() throws {
    let before: FleetPicture = """
      l0: n0[....] n1[....] n2[....]
      l1: n3[aaaa] n4[....] n5[....]
      """
    #expect(
      try place("b", gang(2), on: before) == """
        l0: n0[....] n1[....] n2[....]
        l1: n3[aaaa] n4[bbbb] n5[bbbb]
        """)
  }

  @Test func `takes the fewest leaves of a pod, and those that it uses up`() throws {
    let before: FleetPicture = """
      p0/l0: n0[....] n1[....] n2[....]
      p0/l1: n3[....] n4[....] n5[aaaa]
      p0/l2: n6[aaaa] n7[....] n8[....]
      """
    // Two leaves are enough; l1 and l2 together leave nothing over.
    #expect(
      try place("b", gang(4), on: before) == """
        p0/l0: n0[....] n1[....] n2[....]
        p0/l1: n3[bbbb] n4[bbbb] n5[aaaa]
        p0/l2: n6[aaaa] n7[bbbb] n8[bbbb]
        """)
  }

  @Test func `prefers a pod where it touches fewer leaves to a fuller one`() throws {
    let before: FleetPicture = """
      p0/l0: n0[....] n1[aaaa] n2[aaaa]
      p0/l1: n3[....] n4[....] n5[aaaa]
      p0/l2: n6[....] n7[aaaa] n8[aaaa]
      p1/l3: n9[....] n10[....] n11[aaaa]
      p1/l4: n12[....] n13[....] n14[....]
      """
    #expect(
      try place("b", gang(4), on: before) == """
        p0/l0: n0[....] n1[aaaa] n2[aaaa]
        p0/l1: n3[....] n4[....] n5[aaaa]
        p0/l2: n6[....] n7[aaaa] n8[aaaa]
        p1/l3: n9[bbbb] n10[bbbb] n11[aaaa]
        p1/l4: n12[bbbb] n13[bbbb] n14[....]
        """)
  }

  @Test func `waits for the level that it requires`() throws {
    let before: FleetPicture = """
      l0: n0[....] n1[aaaa]
      l1: n2[....] n3[aaaa]
      """
    #expect(try place("b", gang(2, .within(.leaf)), on: before) == before)
    #expect(
      try place("b", gang(2), on: before) == """
        l0: n0[bbbb] n1[aaaa]
        l1: n2[bbbb] n3[aaaa]
        """)
  }

  @Test func `waits for the level that it prefers, and no longer than it said`() throws {
    let before: FleetPicture = """
      l0: n0[....] n1[aaaa]
      l1: n2[....] n3[aaaa]
      """
    var closeness = Closeness.closest
    closeness.preferred = .leaf
    closeness.longestWait = TimeSpan(milliseconds: 600_000)
    let occupancy = try before.occupancy()
    let shape = gang(2, closeness)
    #expect(!occupancy.fits(shape))
    #expect(!occupancy.fits(shape, afterWaiting: TimeSpan(milliseconds: 599_999)))
    #expect(occupancy.fits(shape, afterWaiting: TimeSpan(milliseconds: 600_000)))
  }

  @Test func `keeps whole segments together`() throws {
    var closeness = Closeness.closest
    closeness.segments[.leaf] = 2
    let before: FleetPicture = """
      l0: n0[....] n1[....] n2[....]
      l1: n3[....] n4[....] n5[....]
      """
    #expect(
      try place("b", gang(4, closeness), on: before) == """
        l0: n0[bbbb] n1[bbbb] n2[....]
        l1: n3[bbbb] n4[bbbb] n5[....]
        """)
    let full: FleetPicture = """
      l0: n0[....] n1[....] n2[....]
      l1: n3[....] n4[aaaa] n5[aaaa]
      """
    #expect(try place("b", gang(4, closeness), on: full) == full)
  }

  @Test func `is divided evenly where it asks for that`() throws {
    var closeness = Closeness.closest
    closeness.division = .even
    let before: FleetPicture = """
      l0: n0[....] n1[....] n2[....]
      l1: n3[....] n4[....] n5[....]
      """
    #expect(
      try place("b", gang(4, closeness), on: before) == """
        l0: n0[bbbb] n1[bbbb] n2[....]
        l1: n3[bbbb] n4[bbbb] n5[....]
        """)
    #expect(
      try place("b", gang(4), on: before) == """
        l0: n0[bbbb] n1[....] n2[....]
        l1: n3[bbbb] n4[bbbb] n5[bbbb]
        """)
  }

  @Test func `of a service is spread over as many leaves as there are`() throws {
    var closeness = Closeness.closest
    closeness.division = .spread(.leaf)
    let shape = GangShape(
      members: 3, member: MemberShape(accelerators: 2), closeness: closeness)
    let before: FleetPicture = """
      l0: n0[....] n1[aa..]
      l1: n2[....] n3[....]
      """
    #expect(
      try place("b", shape, on: before) == """
        l0: n0[bb..] n1[aabb]
        l1: n2[bb..] n3[....]
        """)
  }
}

@Suite struct `A single node` {
  @Test func `that is whole comes from the fullest leaf, in the fullest pod`() throws {
    let before: FleetPicture = """
      p0/l0: n0[....] n1[....]
      p0/l1: n2[....] n3[aaaa]
      p1/l2: n4[....] n5[aaaa]
      p1/l3: n6[aaaa] n7[aaaa]
      """
    #expect(
      try place("b", gang(1), on: before) == """
        p0/l0: n0[....] n1[....]
        p0/l1: n2[....] n3[aaaa]
        p1/l2: n4[bbbb] n5[aaaa]
        p1/l3: n6[aaaa] n7[aaaa]
        """)
  }

  @Test func `is broken only where no used one has room`() throws {
    let before: FleetPicture = """
      l0: n0[....] n1[....]
      l1: n2[aaa.] n3[....]
      """
    #expect(
      try place("b", .accelerators(2, perNode: 4), on: before) == """
        l0: n0[....] n1[....]
        l1: n2[aaa.] n3[bb..]
        """)
  }
}

@Suite struct `The accelerators of a part of a node` {
  @Test func `are in one island, the one with the least room to spare`() throws {
    #expect(
      try place("b", .accelerators(2, perNode: 8), on: "n0[a......a]", islands: [2, 2, 4])
        == "n0[a.bb...a]")
    #expect(
      try place("b", .accelerators(3, perNode: 8), on: "n0[........]", islands: [4, 4])
        == "n0[bbb.....]")
  }

  @Test func `are on a node where they are together, rather than on a fuller one`() throws {
    #expect(
      try place("b", .accelerators(2, perNode: 4), on: "n0[.aa.] n1[....]", islands: [2, 2])
        == "n0[.aa.] n1[bb..]")
  }

  @Test func `are divided where it can't be helped`() throws {
    #expect(
      try place("b", .accelerators(2, perNode: 4), on: "n0[.aa.]", islands: [2, 2])
        == "n0[baab]")
  }
}

@Suite struct `A gang that may not have all nodes` {
  private static let before: FleetPicture = "n0[....] n1[....] n2[....]"

  private static func eligible(_ eligibility: Eligibility) -> GangShape {
    gang(1).with(eligibility)
  }

  @Test func `keeps off the excluded ones, and on the named ones`() throws {
    let excluded = Self.eligible(Eligibility(excluded: [NodeID(0)]))
    #expect(try place("b", excluded, on: Self.before) == "n0[....] n1[bbbb] n2[....]")
    let named = Self.eligible(Eligibility(named: [NodeID(2)]))
    #expect(try place("b", named, on: Self.before) == "n0[....] n1[....] n2[bbbb]")
  }

  @Test(arguments: NodeCondition.allCases)
  func `gets no node out of service, and a reserved one only if it may`(
    condition: NodeCondition
  ) throws {
    var occupancy = try Self.before.occupancy()
    occupancy.setCondition(condition, of: NodeID(0))
    let plain = occupancy.placement(of: gang(1))
    #expect((plain?.slices[0].node == NodeID(0)) == (condition == .inService))
    let reserving = Self.eligible(
      Eligibility(named: [NodeID(0)], includesReserved: true))
    let isOpen = condition == .inService || condition == .reserved
    #expect((occupancy.placement(of: reserving) != nil) == isOpen)
  }
}
