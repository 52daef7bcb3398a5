import Testing

@Suite struct `The scanner of Swift files` {
  private func tokens(_ text: String) -> [String] {
    SwiftSource(path: "A.swift", text).tokens.map(\.text)
  }

  @Test(arguments: [
    ("a // b\nc", ["a", "c"]),
    ("a /* b /* c */ d\n e */ f", ["a", "f"]),
    (#"a "b // c" d"#, ["a", "\"\"", "d"]),
    (#"a "b\"c" d"#, ["a", "\"\"", "d"]),
    (##"a #"b"c\"# d"##, ["a", "\"\"", "d"]),
    ("a \"\"\"\n b \"c\" }\n \"\"\" d", ["a", "\"\"", "d"]),
    ("a #\"\"\"\n \\(b) \"\"\"\n \"\"\"# d", ["a", "\"\"", "d"]),
    (#"a "b\(c("d"))e" f"#, ["a", "\"\"", "(", "c", "(", "\"\"", ")", ")", "f"]),
    (##"a #"b\(c)\#(d)"# e"##, ["a", "\"\"", "(", "d", ")", "e"]),
    ("a = /b\"c/ d", ["a", "=", "\"\"", "d"]),
    ("a #/b\"\nc/# d", ["a", "\"\"", "d"]),
    ("(a / b) / c", ["(", "a", "/", "b", ")", "/", "c"]),
    ("reduce(1, /) / b", ["reduce", "(", "1", ",", "/", ")", "/", "b"]),
    ("func `a b`() {}", ["func", "`a b`", "(", ")", "{", "}"]),
    ("0..<1.5", ["0", ".", ".", "<", "1.5"]),
    ("\"open", ["\"\""]),
    ("\"\"\"\nopen \\(", ["\"\"", "("]),
    ("/* open", []),
  ])
  func `leaves out comments and what strings say`(text: String, expected: [String]) {
    #expect(tokens(text) == expected)
  }

  @Test func `reads this very file, so that no rule passes by seeing nothing`() {
    let tree = HouseTree.checkedOut
    #expect(tree.sources.contains { $0.path == "Tests/TidyTests/SwiftSourceTests.swift" })
    #expect(tree.sources.contains { $0.isInSources && Room.of($0)?.floor == .core })
  }

  @Test func `keeps the lines`() {
    let source = SwiftSource(path: "A.swift", "\"\"\"\nb\n\"\"\"\n/*\n*/ c\n/// d\ne // f\n")
    #expect(source.tokens.map(\.line) == [1, 5, 7])
    #expect(source.tokens.map(\.lastLine) == [3, 5, 7])
    #expect(source.comments.map(\.line) == [4, 5, 6, 7])
    #expect(source.comments.map(\.isDocumentation) == [false, false, true, false])
    #expect(source.lines.count == 7)
  }

  @Test(arguments: [
    ("func a(b: () -> Int = { 1 }) -> Int { 2 }", ["a"]),
    ("protocol A {\n func a()\n init()\n}\nfunc b() {}", ["b"]),
    ("init(a: Int) { self.init() }", ["init"]),
    ("let a: Int\nif b { a = 1 }", []),
    ("var a: Int { 1 }\nvar b: Int = { 2 }()\nvar c: Int\nif d {}", ["a"]),
    ("var a: [Int]\n{\n 1\n}", ["a"]),
    ("subscript(a: Int) -> Int { get { 1 } }", ["subscript"]),
    ("func a<B>(\n b: B\n)\nwhere B: C {\n}", ["a"]),
  ])
  func `finds the bodies of functions and computed properties`(text: String, names: [String]) {
    #expect(SwiftSource(path: "A.swift", text).bodies.map(\.name) == names)
  }

  @Test(arguments: [
    ("public func a(b c: Int) {}", ["a(b:)"]),
    ("public static func < (a: B, b: B) -> Bool {}", ["<(a:)"]),
    ("@frozen\npublic indirect enum A { case b; case c }", ["A", "b", "c"]),
    ("public protocol A { func b(); var c: Int { get } }", ["A", "b()", "c"]),
    ("public private(set) var a = 1", ["a"]),
    ("private public(set) var a = 1", []),
    ("public import A\nextension B { func c() {} }", []),
    (
      "public extension A { func b() {}; private func c() {}; static var d: Int { 1 } }",
      ["b()", "d"]
    ),
    (
      "public extension A { enum B { case c }; class func d() {}; public init() {} }",
      ["B", "c", "d()", "init()"]
    ),
    ("public init?<A>(_ a: A) {}", ["init(_:)"]),
    ("open class A { open class func b() {} }", ["A", "b()"]),
    ("let open = 1; open + 2", []),
  ])
  func `finds what is public`(text: String, signatures: [String]) {
    let source = SwiftSource(path: "A.swift", text)
    #expect(source.publicDeclarations.map(\.signature) == signatures)
  }
}
