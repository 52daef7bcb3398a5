import Testing

/// A place that breaks a rule, and what to do about it.
struct Violation: Equatable, CustomStringConvertible {
  let path: String
  let line: Int
  let what: String
  let fix: String

  var description: String { "\(path):\(line): \(what); \(fix)" }
}

/// Fails with one line for each violation.
func expectNone(_ violations: [Violation], sourceLocation: SourceLocation = #_sourceLocation) {
  guard !violations.isEmpty else { return }
  let list = violations.map(\.description).joined(separator: "\n")
  Issue.record("\(violations.count) in all\n\(list)", sourceLocation: sourceLocation)
}

/// Runs a rule over every file of the house.
func expectTidy(
  _ rule: (SwiftSource) -> [Violation], sourceLocation: SourceLocation = #_sourceLocation
) {
  expectNone(HouseTree.checkedOut.sources.flatMap(rule), sourceLocation: sourceLocation)
}

/// The lines on which a rule finds something in a file made up for the occasion.
func lines(
  of rule: (SwiftSource) -> [Violation], in text: String, at path: String = "Sources/Fleet/A.swift"
) -> [Int] {
  rule(SwiftSource(path: path, text)).map(\.line)
}
