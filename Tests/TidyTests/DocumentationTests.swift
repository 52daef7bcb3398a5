import Testing

@Suite struct `The documentation` {
  @Test func `says of everything public what it is`() { expectTidy(documentationViolations) }

  @Test(arguments: [
    ("public func a() {}", [1]),
    ("/// A.\npublic func a() {}", []),
    ("// A.\npublic func a() {}", [2]),
    ("/// A.\n\npublic func a() {}", [3]),
    ("/// A.\nprivate var b = 1\npublic let c = 1", [3]),
    ("/// A.\n@inlinable\n@available(*, b)\npublic static func a() {}", []),
    ("///\npublic var a = 1", [2]),
    ("/// A.\npublic enum A {\n  case b\n}", [3]),
    ("/// A.\npublic protocol A {\n  /// B.\n  func b()\n  var c: Int { get }\n}", [5]),
    ("public extension A {\n  func b() {}\n  private func c() {}\n}", [2]),
    ("extension A {\n  func b() {}\n  public func c() {}\n}", [3]),
    ("let a = 1\nfunc b() {}\ninternal struct C {}", []),
  ])
  func `is missed where it is missing`(text: String, expected: [Int]) {
    #expect(lines(of: documentationViolations, in: text) == expected)
  }

  @Test(arguments: [
    "var description: String { \"\" }", "func hash(into hasher: inout Hasher) {}",
    "static func == (a: A, b: A) -> Bool { true }", "static func < (a: A, b: A) -> Bool { true }",
    "func encode(to encoder: any Encoder) {}", "init(from a: any Decoder)",
    "var debugDescription: String { \"\" }",
  ])
  func `may be left out where a protocol has written it`(text: String) {
    #expect(lines(of: documentationViolations, in: "public \(text)") == [])
    #expect(lines(of: documentationViolations, in: "public func hash(on: Int) {}") == [1])
  }

  @Test func `is not asked for in tests`() {
    let path = "Tests/FleetTests/A.swift"
    #expect(lines(of: documentationViolations, in: "public let a = 1", at: path) == [])
  }

  @Test func `begins with a sentence of at most 150 characters`() {
    let most = String(repeating: "a", count: 149)
    func found(_ text: String) -> [Int] {
      lines(of: documentationViolations, in: "/// \(text)\npublic let a = 1")
    }
    #expect(found("\(most).") == [])
    #expect(found("\(most)a.") == [2])
    #expect(found("\(most). And more.") == [])
    #expect(found("\(most)\n/// b.") == [3])
    #expect(found("\(most).\n///\n/// \(most)\(most)") == [])
  }
}
