import Testing

@Suite struct `The lengths` {
  @Test func `of lines are at most 100 columns`() { expectTidy(lineLengthViolations) }
  @Test func `of functions are at most 60 lines`() { expectTidy(functionLengthViolations) }
  @Test func `of files are at most 600 lines`() { expectTidy(fileLengthViolations) }
  @Test func `of initialisers' lists are at most 6 parameters`() { expectTidy(parameterViolations) }
  @Test func `of fixtures in tests are at most 5 lines`() { expectTidy(fixtureViolations) }

  @Test func `of long lines are caught`() {
    let dots = String(repeating: "…", count: 100)
    #expect(lines(of: lineLengthViolations, in: "\(dots)\n\(dots).\n\(dots)") == [2])
  }

  @Test(arguments: [
    "func a(\n) {", "init() {", "subscript(a: Int) -> Int {", "var a: Int {",
    "func a() {\n let b = \"}\" /* } */",
  ])
  func `of long functions are caught`(head: String) {
    let headLines = head.split(separator: "\n").count
    let most = "\n\(head)" + String(repeating: "\nb()", count: 59 - headLines) + "\n}\n"
    #expect(lines(of: functionLengthViolations, in: most) == [])
    #expect(lines(of: functionLengthViolations, in: most.dropLast(2) + "\n}") == [2])
  }

  @Test func `of long files are caught`() {
    let most = String(repeating: "\n", count: 600)
    #expect(lines(of: fileLengthViolations, in: most) == [])
    #expect(lines(of: fileLengthViolations, in: most + "a\n") == [601])
  }

  @Test(arguments: [
    ("init(a: A, b: B, c: C, d: D, e: E, f: F, g: G) {}", [1]),
    ("init?<A, B: C>(a: A, b: (A, B) -> A, c: A, d: A, e: A, f: A, g: A) {}", [1]),
    ("init(a: A<B, C>, b: (x: A, y: B), c: A = d(e: 1, f: 2), d: D, e: E, f: F) {}", []),
    ("init(a: A, b: B, c: C, d: D, e: E, f: F = g ? h : i) {}", []),
    ("func a(a: A, b: B, c: C, d: D, e: E, f: F, g: G) {}", []),
    ("self.init(a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7)", []),
    ("init() {}", []),
  ])
  func `of initialisers with many parameters are caught`(text: String, expected: [Int]) {
    #expect(lines(of: parameterViolations, in: text) == expected)
  }

  @Test(arguments: [(5, []), (6, [2])])
  func `of long fixtures are caught`(count: Int, expected: [Int]) {
    let literal = "a = \"\"\"" + String(repeating: "\n b", count: count) + "\n \"\"\""
    for head in ["@Test func `a`() {", "@Test(arguments: [1]) func a(b: Int) {"] {
      let path = "Tests/FleetTests/A.swift"
      #expect(lines(of: fixtureViolations, in: "\(head)\n\(literal)\n}", at: path) == expected)
      #expect(lines(of: fixtureViolations, in: "\(head)}\nfunc a() {\n\(literal)}", at: path) == [])
    }
  }
}
