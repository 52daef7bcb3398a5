import ClientCommands
import Foundation
import Testing
import Units
import Wire

@Suite struct `What is typed` {
  @Test(arguments: [
    ("90", 5400), ("10:30", 630), ("1:30:00", 5400), ("2-12", 216_000), ("2-12:30", 217_800),
    ("1-0:0:5", 86_405), ("4h", 14_400), ("30m", 1800), ("1h30m", 5400), ("2d", 172_800),
    ("45s", 45), ("1w", 604_800), ("90min", 5400),
  ])
  func `as a time limit is read in Slurm's forms and with units`(text: String, seconds: Int64)
    throws
  {
    #expect(try TimeLimit(parsing: text) == .milliseconds(seconds * 1000))
  }

  @Test(arguments: ["0", "UNLIMITED", "infinite"])
  func `as no time limit leaves it to the mode`(text: String) throws {
    #expect(try TimeLimit(parsing: text) == .ofMode)
  }

  @Test(arguments: [
    "", "-", "h", "4x", "1:2:3:4", "1--2", "-5", "4.5h", "9999999999", "99999999d", "1:", ":1",
    "٣h",
    "0h",
  ])
  func `as a time limit is refused where it is none`(text: String) {
    #expect(throws: ArgumentFault.self) { try TimeLimit(parsing: text) }
  }

  @Test(
    arguments: [
      ("5", [5], nil), ("0-3", [0, 1, 2, 3], nil), ("1,4,7", [1, 4, 7], nil),
      ("0-20:5", [0, 5, 10, 15, 20], nil), ("0-3%2", [0, 1, 2, 3], 2),
      ("7,1-3", [1, 2, 3, 7], nil),
    ] as [(String, [UInt32], Int?)])
  func `as an array is its indices`(text: String, indices: [UInt32], throttle: Int?) throws {
    let array = try ArrayArgument.parse(text)
    #expect(array.indices == indices)
    #expect(array.throttle == throttle)
  }

  @Test(arguments: [
    "", ",", "-", "3-1", "1,1", "1-3,2", "0-9%", "0-9%0", "0-9%x", "0-9%1%2", "0-9:0", "5:2",
    "0-9:1:2", "4000001", "0-1000000", "0-999999,2000000", "-1", "1-", "a",
  ])
  func `as an array is refused where it is none`(text: String) {
    #expect(throws: ArgumentFault.self) { try ArrayArgument.parse(text) }
  }

  @Test(arguments: [
    ("afterok:12", ["afterok:12"]),
    ("afterok:12:13,afterany:9", ["afterok:12", "afterok:13", "afterany:9"]),
    ("afternotok:7,afternotok:7", ["afternotok:7"]),
  ])
  func `as dependencies are jobs`(text: String, expected: [String]) throws {
    let found = try DependencyArgument.parse(text)
    #expect(found.map { "\($0.condition.rawValue):\($0.job)" } == expected)
  }

  @Test(arguments: [
    "", "12", "afterok", "afterok:", "afterok:x", "afterok:0", "after:3", "singleton",
    "afterok:1?afterany:2", "afterok:1,", "afterok:99999999999",
  ])
  func `as dependencies is refused where it is none`(text: String) {
    #expect(throws: ArgumentFault.self) { try DependencyArgument.parse(text) }
  }

  @Test(
    arguments: [
      ("USR2@90", "USR2", 90_000), ("SIGTERM", "TERM", 60_000), ("10@2m", "USR1", 120_000),
      ("usr1@0", "USR1", 0),
    ] as [(String, String, Int64)])
  func `as a signal is its name and its lead`(text: String, name: String, lead: Int64) throws {
    let signal = try SignalArgument.parse(text)
    #expect(signal.signal == name)
    #expect(signal.aheadMs == lead)
  }

  @Test(arguments: ["", "@", "USR2@", "FOO", "99", "B:USR2@30", "USR2@30@1", "USR2@-3"])
  func `as a signal is refused where it is none`(text: String) {
    #expect(throws: ArgumentFault.self) { try SignalArgument.parse(text) }
  }

  @Test(arguments: [
    ("now", "12:00:00"), ("now+1hour", "13:00:00"), ("now+90", "12:01:30"),
    ("now+1h30m", "13:30:00"), ("now+2days", "03T12:00:00"), ("-7d", "02-22T12:00:00"),
    ("18:30", "01T17:30:00"), ("12:59", "02T11:59:00"), ("midnight", "01T23:00:00"),
    ("noon", "02T11:00:00"), ("tomorrow", "01T23:00:00"), ("today", "02-28T23:00:00"),
    ("2026-03-05", "03-04T23:00:00"), ("2026-03-05T06:00", "03-05T05:00:00"),
    ("2026-03-05T06:00:07", "05T05:00:07"), ("2026-03-05T06:00:00Z", "05T06:00:00"),
    ("2026-03-05T06:00:00+02:00", "05T04:00:00"), ("2026-03-05T06:00:00.250Z", "05T06:00:00.250"),
  ])
  func `as a moment is an instant`(text: String, expected: String) throws {
    let zone = try #require(TimeZone(secondsFromGMT: 3600))
    let now = try #require(Moment("2026-03-01T12:00:00Z"))
    let instant = try PointInTime(parsing: text).instant(now: now.instant, in: zone)
    #expect("\(Moment(instant))".contains(expected), "\(Moment(instant))")
  }

  @Test(arguments: [
    "", "soon", "25:00", "12:60", "1:2", "2026-13-01", "2026-02-30", "2026-03-05T", "now+", "now-x",
    "2026-03-05T06", "2026-03-05T06:00T07:00",
  ])
  func `as a moment is refused where it is none`(text: String) {
    #expect(throws: ArgumentFault.self) { try PointInTime(parsing: text) }
  }

  @Test(
    arguments: [
      ("17", [17], []), ("17-19,3", [17, 18, 19, 3], []), ("17_3", [], ["17:3"]),
      ("17_[1-3,7],9", [9], ["17:1,2,3,7"]), ("17_*", [], ["17:all"]), ("17_[*]", [], ["17:all"]),
    ] as [(String, [UInt32], [String])])
  func `as jobs are numbers and places in arrays`(
    text: String, jobs: [UInt32], members: [String]
  ) throws {
    let selection = try #require(JobSelection(argument: text))
    #expect(selection.jobs == jobs)
    let found = selection.members.map { member in
      "\(member.array):" + (member.indices?.map(String.init).joined(separator: ",") ?? "all")
    }
    #expect(found == members)
  }

  @Test(arguments: ["", "0", "x", "5-3", "1-", "17_", "17_[", "_3", "17_x", "1,,2", "1-9999999"])
  func `as jobs is refused where it is none`(text: String) {
    #expect(JobSelection(argument: text) == nil)
  }
}
