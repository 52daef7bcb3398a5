import Foundation
import Server
import Testing
import Units
import Wire

@Suite struct `Agents' messages` {
  private static func member(_ random: inout SeededGenerator) -> MemberName {
    MemberName(
      job: UInt32(random.below(1 << 32)), attempt: UInt16(random.below(1 << 16)),
      member: random.below(5_000))
  }

  private static func report(_ random: inout SeededGenerator) -> Report {
    let member = member(&random)
    switch random.below(4) {
    case 0: return .started(member)
    case 1: return .checkpointed(member)
    default:
      let at = Moment(Instant(milliseconds: 1_772_344_800_000 + Int64(random.below(1 << 40))))
      var end = TaskEnd(exitCode: random.below(300) - 20, at: at)
      end.signal = random.below(2) == 0 ? nil : "KILL"
      (end.isOutOfMemory, end.isTerminated) = (random.below(2) == 0, random.below(2) == 0)
      (end.cpuMs, end.mostMemoryMib) = (Int64(random.below(1 << 40)), random.below(1 << 30))
      end.energyJoules = random.below(2) == 0 ? nil : Int64(random.below(1 << 40))
      return .ended(member, end)
    }
  }

  private static func batch(_ random: inout SeededGenerator) -> ReportBatch {
    ReportBatch(
      first: UInt64(random.below(1 << 50)),
      reports: (0..<random.below(5)).map { _ in report(&random) },
      fenceMs: random.below(2) == 0 ? nil : 60_000)
  }

  @Test func `are read by hand as they were written`() throws {
    var random = SeededGenerator(seed: 21)
    for _ in 0..<300 {
      let batch = Self.batch(&random)
      let line = try WireJSON.encode(batch)
      #expect(ReportBatch(line: Array(line)[...]) == batch)
      #expect(try WireJSON.decode(ReportBatch.self, from: line) == batch)
    }
    let other = ReportBatch(first: 1, reports: [.health(node: "n0", trouble: "hot")])
    #expect(ReportBatch(line: Array(try WireJSON.encode(other))[...]) == nil)
  }

  @Test func `are read by hand as the decoder reads them, or not at all, whatever is changed`()
    throws
  {
    let byHand = try linesReadByHand(of: 3_000, seed: 22) {
      try WireJSON.encode(Self.batch(&$0))
    } _: {
      ReportBatch(line: $0)
    }
    #expect(byHand > 100)
  }

  @Test func `that launch gangs are written by hand as the encoder writes them`() throws {
    var task = TaskSpec(script: "#!/bin/sh\necho \"é\"\n", directory: "/tmp/a\\b")
    task.environment["A"] = "b\tc"
    var launch = GangLaunch(
      job: 7, attempt: 2, epoch: 9, user: TaskUser(uid: 1000, gid: 100, name: "ada"), task: task)
    var plain = launch
    plain.members = []
    (launch.name, launch.nodes, launch.memberCount) = ("tr\"ain", "n[0-1]", 2)
    (launch.array, launch.arrayIndex, launch.timeLeftMs) = (6, 1, 60_000)
    (launch.masterAddress, launch.masterPort) = ("10.0.0.1", 20_001)
    for number in 0..<2 {
      var member = GangLaunch.Member(
        member: number, node: "n\(number)", devices: Array(0..<(number * 8)), share: "0.5")
      (member.milliCores, member.memoryMib) = (1_500 * number, 2_048)
      launch.members.append(member)
    }
    let batch = CommandBatch(
      first: 3,
      commands: [
        .launch(launch), .terminate(job: 1, attempt: 1, graceMs: 10), .launch(plain),
        .resize(launch, leaving: [1], signal: nil), .forget(job: 1, attempt: 1),
      ])
    #expect(try RowWriting.line(batch) == WireJSON.encode(batch))
    let none = CommandBatch(first: 1, commands: [])
    #expect(try RowWriting.line(none) == WireJSON.encode(none))
  }
}
