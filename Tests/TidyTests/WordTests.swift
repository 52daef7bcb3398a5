import Testing

@Suite struct `The words` {
  @Test func `of core rooms leave out clocks, chance and unordered collections`() {
    expectTidy(coreWordViolations)
  }

  @Test func `of core rooms leave out dictionaries in brackets`() {
    expectTidy(dictionaryViolations)
  }

  @Test func `of safe rooms leave out unsafe`() { expectTidy(unsafeViolations) }

  @Test func `to-do are followed by an issue's number`() { expectTidy(noteViolations) }

  @Test(arguments: [
    "let a: Double", "func a() async", "a: Set<Int>", "Dictionary<A, B>()", "Date()", "UUID()",
    "Task { }", "await a()", "print(1)", "\"\\(print(1))\"", "Int.random(in: 0..<1)",
    "a.shuffled()", "a.randomElement()", "SystemRandomNumberGenerator()", "Float(1)",
    "Foundation.exp(1)", "Swift.print(1)", "a as Float64", "a.hashValue", "ContinuousClock().now",
  ])
  func `banned in core rooms are caught`(text: String) {
    #expect(lines(of: coreWordViolations, in: "\n\(text)") == [2])
    #expect(lines(of: coreWordViolations, in: text, at: "Sources/Traces/A.swift") == [])
    #expect(lines(of: coreWordViolations, in: text, at: "Tests/FleetTests/A.swift") == [])
  }

  @Test(arguments: [
    "// Double", "\"print(1)\"", "func print(_ a: Int) {}", "a.print(1)", "SetOfNodes()",
    "let set = 1",
    "a.shuffled(using: &generator)", "a.randomElement(using: &generator)", "task()",
    "let random = 1",
  ])
  func `that only look banned are let through`(text: String) {
    #expect(lines(of: coreWordViolations, in: text) == [])
  }

  @Test(arguments: [
    ("let a: [Int: Int]", true),
    ("let a = [Int: Int]()", true),
    ("let a = [:]", true),
    ("func a() -> [String: [Int]] {}", true),
    ("a(b: [ .c: 1 ])", true),
    ("let a: [[Int: Int]?]", true),
    ("matrix[row: 1, column: 2]", false),
    ("a()[b: 1]", false),
    ("let a = [b ? c : d]", false),
    ("let a: [(key: Int, value: Int)]", false),
    ("let a = [Node(id: 1), Node(id: 2)]", false),
    ("a.map { [b] c in d(e: c) }", false),
    ("let a = [b.map { (c: Int) in c }]", false),
  ])
  func `in brackets are told from dictionaries`(text: String, isDictionary: Bool) {
    #expect(lines(of: dictionaryViolations, in: text) == (isDictionary ? [1] : []))
  }

  @Test(arguments: [
    "unsafe a()", "nonisolated(unsafe) var a", "UnsafePointer<Int>", "a.withUnsafeBytes {}",
  ])
  func `unsafe are caught outside the wrappers of C`(text: String) {
    #expect(lines(of: unsafeViolations, in: text) == [1])
    #expect(lines(of: unsafeViolations, in: text, at: "Sources/Workbench/A.swift") == [1])
    #expect(lines(of: unsafeViolations, in: text, at: "Sources/Gzip/A.swift") == [])
    #expect(lines(of: unsafeViolations, in: text, at: "Sources/Hashing/A.swift") == [])
  }

  @Test(arguments: [
    ("// TODO: a", [1]),
    ("a\n/* b\nFIXME c */", [3]),
    ("// TODO(#): a", [1]),
    ("// TODO(#12): a", []),
    ("// FIXME #3: a", []),
    ("let a = \"TODO\"", []),
  ])
  func `to-do without a number are caught`(text: String, expected: [Int]) {
    #expect(lines(of: noteViolations, in: text) == expected)
  }
}
