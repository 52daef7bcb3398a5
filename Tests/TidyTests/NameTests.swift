import Testing

@Suite struct `The names` {
  private let paths = HouseTree.checkedOut.paths

  @Test func `of types say what they are`() { expectTidy(typeNameViolations) }
  @Test func `of files say what they hold`() { expectNone(fileNameViolations(in: paths)) }
  @Test func `of public types are not their modules'`() { expectTidy(moduleNameViolations) }
  @Test func `of targets say what they are for`() { expectNone(targetNameViolations(in: paths)) }
  @Test func `of rooms stand above a README`() { expectNone(readmeViolations(in: paths)) }

  @Test(arguments: [
    ("struct NodeInfo {}", true),
    ("final class QueueManager {}", true),
    ("enum ParsingHelpers {}", true),
    ("actor Util {}", true),
    ("private protocol ReplyHandler {}", true),
    ("typealias TRESCount = Int", true),
    ("struct QOSLimits {}", true),
    ("struct JobQoS {}", true),
    ("struct JobData {}", true),
    ("struct Partition {}", true),
    ("struct Utilisation {}", false),
    ("struct StressModel {}", false),
    ("struct Handle {}", false),
    ("struct DataRate {}", false),
    ("struct Metadata {}", false),
    ("class func info() {}", false),
    ("let jobInfo = 1", false),
  ])
  func `of types with empty words are caught`(text: String, isCaught: Bool) {
    #expect(lines(of: typeNameViolations, in: text) == (isCaught ? [1] : []))
  }

  @Test func `of files with empty words are caught`() {
    let good = ["Sources/Fleet/Leaf+Counts.swift", "Tests/FleetTests/TestHelpers.swift"]
    let bad = ["Sources/Fleet/Leaf+Helpers.swift", "Sources/Fleet/Info/A.swift"]
    #expect(fileNameViolations(in: good + bad).map(\.path) == bad)
  }

  @Test func `of modules on public types are caught`() {
    #expect(lines(of: moduleNameViolations, in: "public struct Fleet {}") == [1])
    #expect(lines(of: moduleNameViolations, in: "public protocol Jobs {}\nstruct Fleet {}") == [])
  }

  @Test func `of targets for everything are caught`() {
    let found = targetNameViolations(in: ["Sources/Common/A.swift", "Sources/Fleet/Common/A.swift"])
    #expect(found.map(\.path) == ["Sources/Common"])
  }

  @Test func `of rooms without a README are caught`() {
    let found = readmeViolations(in: [
      "Sources/Jobs/README.md", "Sources/Jobs/A.swift", "Sources/Fleet/Topology/README.md",
      "Sources/Fleet/Topology/A.swift", "Sources/CZlib/module.modulemap",
    ])
    #expect(found.map(\.path) == ["Sources/Fleet/README.md"])
  }

  @Test(arguments: [
    ("NodeInfo", ["node", "info"]), ("QOSPolicy2Data", ["qos", "policy", "data"]), ("", []),
  ])
  func `in camel case come apart into words`(name: String, expected: [String]) {
    #expect(words(of: name) == expected)
  }

  @Test func `of the place, the fault and the remedy stand in a failure's message`() {
    let found = typeNameViolations(in: SwiftSource(path: "Sources/Fleet/A.swift", "\nenum Info {}"))
    let expected =
      "Sources/Fleet/A.swift:2: the type Info has the empty word 'info' in its name; "
      + "name what it is, by a word of Documentation/Glossary.md"
    #expect(found.map(\.description) == [expected])
  }
}
