import Testing

@Suite struct `The imports` {
  @Test func `follow the table`() { expectTidy(importViolations) }

  @Test func `come from rooms that the table has`() {
    expectNone(unknownRoomViolations(in: HouseTree.checkedOut.paths))
  }

  @Test func `never go up in the table`() {
    var seen: Set<String> = []
    let names = Set(Room.table.map(\.name))
    for room in Room.table {
      #expect(room.imports.intersection(names).isSubset(of: seen), "\(room.name)")
      seen.insert(room.name)
    }
  }

  @Test func `leave system libraries without Swift`() { expectTidy(headerViolations) }
  @Test func `of tests show what is public`() { expectTidy(testableViolations) }
  @Test func `leave an executable at most 20 lines`() { expectTidy(executableViolations) }

  @Test(arguments: [
    ("Fleet", "import Units\nimport Jobs", [2]),
    ("Fleet", "import Foundation", [1]),
    ("Units", "import Glibc\nimport Dispatch\nimport Synchronization", [1, 2, 3]),
    ("Scheduling", "public import Cluster\n@testable import Control", [2]),
    ("Jobs", "import struct Policy.ClusterPolicy\nimport class Fleet.A", [1]),
    ("Traces", "import Foundation\nimport Gzip\nimport CZlib\nimport Simulation", [3, 4]),
    ("Workbench", "import Gzip\nimport ArgumentParser\nimport Glibc\nimport Yams", [4]),
    ("Reports", "import Dispatch\nimport Simulation\nimport Traces", [1, 3]),
    ("gsim", "import Workbench\nimport Simulation", [2]),
    ("Units", "// import Foundation\nlet a = \"import Foundation\"", []),
  ])
  func `are caught where they break the table`(room: String, text: String, expected: [Int]) {
    #expect(lines(of: importViolations, in: text, at: "Sources/\(room)/A.swift") == expected)
  }

  @Test func `are caught in a room that the table lacks`() {
    let found = unknownRoomViolations(in: ["Sources/Attic/A.swift", "Sources/Units/Bits/A.swift"])
    #expect(found.map(\.path) == ["Sources/Attic"])
  }

  @Test func `are caught beside a system library's headers`() {
    #expect(lines(of: headerViolations, in: "let a = 1", at: "Sources/CZlib/A.swift") == [1])
    #expect(lines(of: headerViolations, in: "let a = 1", at: "Sources/Gzip/A.swift") == [])
  }

  @Test func `are caught where they make a test see more than is public`() {
    let text = "// @testable\nimport Units\n@testable import Fleet"
    #expect(lines(of: testableViolations, in: text, at: "Tests/FleetTests/A.swift") == [3])
  }

  @Test func `are caught in a long executable`() {
    let text = String(repeating: "a()\n", count: 21)
    #expect(lines(of: executableViolations, in: text, at: "Sources/gsim/main.swift") == [21])
    #expect(lines(of: executableViolations, in: text, at: "Sources/Fleet/A.swift") == [])
  }
}
