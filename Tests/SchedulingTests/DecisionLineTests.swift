import Fleet
import Scheduling
import Testing
import Units

/// Four nodes of eight accelerators and 96 cores, a small one, and two without accelerators.
private func mixedFleet() throws -> Topology {
  var builder = TopologyBuilder(name: "mixed")
  try builder.addNodes(
    try Hostlist(parsing: "n[00-03]").names,
    type: NodeType(name: "large", accelerators: 8, host: HostShare(cores: 96)))
  try builder.addNodes([NodeName("login")], type: NodeType(name: "small", accelerators: 1))
  try builder.addNodes(
    try Hostlist(parsing: "c[7-8]").names,
    type: NodeType(name: "cpu", accelerators: 0, host: HostShare(cores: 70)))
  try builder.addNodes([NodeName("big")], type: NodeType(name: "big", accelerators: 64))
  return try builder.build()
}

extension Allocation {
  /// Accelerators by node, in the order of the nodes.
  fileprivate init(_ slices: (node: UInt32, accelerators: UInt64)..., cores: [Int] = []) {
    self.init(
      slices: slices.map { NodeSlice(node: NodeID($0.node), accelerators: $0.accelerators) },
      hosts: cores.map { HostShare(milliCores: $0) })
  }
}

@Suite struct `A line of the decision log` {
  private func line(_ decision: Decision, at milliseconds: Int64 = 1500) throws -> String {
    var text: [UInt8] = []
    DecisionLine.write(
      decision, at: Instant(milliseconds: milliseconds), try mixedFleet(), into: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Where a gang is put, and how the column `place` says it.
  private static let places: [(allocation: Allocation, place: String)] = [
    (Allocation((0, 0xFF)), "n00/0-7"),
    (Allocation((0, 0b1)), "n00/0"),
    (Allocation((0, 0b1000_0000)), "n00/7"),
    (Allocation((1, 0b0101_0011)), "n01/0-1,4,6"),
    (Allocation((0, 0xFF), (1, 0xFF), (2, 0xFF)), "n[00-02]/0-7"),
    (Allocation((0, 0xFF), (2, 0xFF)), "n[00,02]/0-7"),
    (Allocation((0, 0xFF), (1, 0xFF), (2, 0x0F)), "n[00-01]/0-7 n02/0-3"),
    (Allocation((0, 0x0F), (1, 0xF0), (2, 0x0F)), "n00/0-3 n01/4-7 n02/0-3"),
    (Allocation((3, 1), (4, 1)), "n03,login/0"),
    (Allocation((7, .max)), "big/0-63"),
    (Allocation((7, 1 << 63)), "big/63"),
    (Allocation((7, 0x8000_0000_0000_0001)), "big/0,63"),
    (Allocation((5, 0), (6, 0), cores: [70_000, 6_000]), "c7+70 c8+6"),
    (Allocation((5, 0), (6, 0), cores: [2_500, 2_500]), "c[7-8]+2.5"),
    (Allocation((0, 0b11), cores: [9_050]), "n00/0-1+9.05"),
    (
      Allocation((0, 0xFF), (1, 0xFF), (2, 0b1), cores: [4_000, 4_000, 2_000]),
      "n[00-01]/0-7+4 n02/0+2"
    ),
  ]

  @Test func `says which parts of accelerators a job holds`() throws {
    var builder = TopologyBuilder(name: "shared")
    var type = NodeType(name: "t", accelerators: 4, host: HostShare(cores: 8))
    type.sharing = .fractions
    try builder.addNodes([NodeName("f0")], type: type)
    type.sharing = .mig(.h200x141)
    try builder.addNodes([NodeName("m0")], type: type)
    let allocation = Allocation(
      slices: [
        NodeSlice(node: NodeID(0), accelerators: 0), NodeSlice(node: NodeID(1), accelerators: 0),
      ],
      hosts: [HostShare(cores: 4), .none],
      shares: [
        DeviceHold(slice: 0, device: 3, amount: 460), DeviceHold(slice: 1, device: 0, amount: 0xF0),
        DeviceHold(slice: 1, device: 1, amount: 0x40),
      ])
    var text: [UInt8] = []
    DecisionLine.write(
      .start(JobID(7), allocation, .turn), at: Instant(milliseconds: 0), try builder.build(),
      into: &text)
    #expect(
      String(decoding: text, as: UTF8.self)
        == "0\tstart\t7\t1\t0\tf0~3:460+4 m0~0:m4-7~1:m6\tturn\n")
  }

  @Test(arguments: places.indices) func `says where a job starts`(row: Int) throws {
    let (allocation, place) = Self.places[row]
    #expect(
      try line(.start(JobID(12), allocation, .turn)) == "1500\tstart\t12\t1\t1500\t\(place)\tturn\n"
    )
    #expect(
      try line(.start(JobID(12), allocation, .backfill))
        == "1500\tstart\t12\t1\t1500\t\(place)\tbackfill\n")
    let promise = Reservation(start: Instant(milliseconds: 90_000), allocation: allocation)
    #expect(
      try line(.reserve(JobID(3), promise)) == "1500\treserve\t3\t1\t90000\t\(place)\t-\n")
  }

  @Test func `says what is promised without a place`() throws {
    let promise = Reservation(start: Instant(milliseconds: 90_000), allocation: nil)
    #expect(try line(.reserve(JobID(3), promise)) == "1500\treserve\t3\t1\t90000\t-\t-\n")
  }

  @Test func `says who took a promise away`() throws {
    #expect(
      try line(.unreserve(JobID(4), ahead: JobID(9))) == "1500\tunreserve\t4\t1\t-\t-\tahead:9\n")
    #expect(try line(.unreserve(JobID(4), ahead: nil)) == "1500\tunreserve\t4\t1\t-\t-\t-\n")
  }

  @Test func `has the time in milliseconds, before the epoch too`() throws {
    #expect(
      try line(.unreserve(JobID(4), ahead: JobID(9)), at: -5)
        == "-5\tunreserve\t4\t1\t-\t-\tahead:9\n")
  }

  @Test func `says behind whom a job waits, and with how many`() throws {
    #expect(
      try line(.hold(JobID(5), jobs: 17, .behind(JobID(2))))
        == "1500\thold\t5\t17\t-\t-\tbehind:2\n")
  }

  @Test func `says whom a start would delay`() throws {
    let verdict = Verdict.wouldDelay(JobID(2), start: Instant(milliseconds: 60_000))
    #expect(
      try line(.hold(JobID(5), jobs: 1, verdict))
        == "1500\thold\t5\t1\t-\t-\twould-delay:2:60000\n")
  }

  /// What a gang asks of the idle fleet, and how the shortage is said.
  private static let shortages: [(shape: GangShape, text: String)] = [
    (GangShape(members: 6, member: MemberShape(accelerators: 8)), "no-room:8:6:5"),
    (GangShape(members: 2, member: MemberShape(accelerators: 9)), "no-room:9:2:1"),
    (GangShape(members: 9, member: MemberShape(accelerators: 0, cores: 64)), "no-room:0+64:9:6"),
    (GangShape(members: 5, member: MemberShape(accelerators: 2, cores: 96)), "no-room:2+96:5:4"),
    (
      GangShape(members: 9, member: MemberShape(accelerators: 0, wholeNode: true)), "no-room:0!:9:8"
    ),
    (
      GangShape(members: 5, member: MemberShape(accelerators: 8, cores: 1, wholeNode: true)),
      "no-room:8+1!:5:4"
    ),
    (
      GangShape(
        members: 6, member: MemberShape(accelerators: 1), rest: MemberShape(accelerators: 1)),
      "no-room:1:7:6"
    ),
  ]

  @Test(arguments: shortages.indices) func `says what room a job lacks`(row: Int) throws {
    let (shape, text) = Self.shortages[row]
    let shortage = try #require(Occupancy(topology: try mixedFleet()).shortage(of: shape))
    #expect(
      try line(.hold(JobID(8), jobs: 2, .noRoom(shortage))) == "1500\thold\t8\t2\t-\t-\t\(text)\n")
  }

  @Test func `has the columns of the legend`() throws {
    #expect(DecisionLine.legend.hasPrefix("# muster decision log, version 1; "))
    #expect(DecisionLine.legend.split(separator: "\n").allSatisfy { $0.hasPrefix("# ") })
    for column in ["time_ms", "decision", "job", "jobs", "from_ms", "place", "why"] {
      #expect(DecisionLine.legend.contains("\n# \(column) "), "\(column)")
    }
    let columns = try line(.unreserve(JobID(4), ahead: JobID(9))).split(separator: "\t")
    #expect(columns.count == 7)
  }
}
