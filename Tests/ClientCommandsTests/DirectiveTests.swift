import ClientCommands
import FakeController
import TestFiles
import Testing
import Units

@Suite(.timeLimit(.minutes(20))) struct `A script's options` {
  @Test(arguments: [
    ("#!/bin/sh\n#GSUB --a b\ntrue\n", ["2: --a|b"]),
    ("#!/bin/sh\n\n  # x\n#GSUB a\n\t\n#GSUB b # c\n", ["4: a", "6: b"]),
    ("#GSUB a\n#GSUB b\n", ["2: b"]),
    ("#!\n##GSUB a\n# GSUB b\n#GSUBX c\n #GSUB d\n#GSUB\n", []),
    ("#!\ntrue\n#GSUB a\n", []),
    ("#!\r\n#GSUB a\r\n#GSUB b\r\n", ["2: a", "3: b"]),
    ("#!\n#GSUB\ta", ["2: a"]),
    ("", []),
  ])
  func `stand between its first line and its first command`(text: String, expected: [String])
    throws
  {
    let reader = try DirectiveReader(text, named: "a.sh")
    let found = reader.directives.map { "\($0.line): \($0.words.joined(separator: "|"))" }
    #expect(found == expected)
  }

  @Test func `behind its first command are counted as late`() throws {
    let reader = try DirectiveReader("#!\n#GSUB a\ntrue\n#GSUB b\n\n#GSUB c", named: "a.sh")
    #expect(reader.late == [4, 6])
  }

  @Test(arguments: [
    (#"a b"#, ["a", "b"]), (#"'a b' c"#, ["a b", "c"]), (#""a b"c"#, ["a bc"]),
    (#"a\ b"#, ["a b"]), (#"'a\b'"#, [#"a\b"#]), (#""a\"b\c""#, [#"a"b\c"#]),
    (#"'' """#, ["", ""]),
    (#"a#b #c"#, ["a#b"]), (#"'#' x"#, ["#", "x"]), (#"'it'\''s'"#, ["it's"]), ("  ", []),
    (#"$HOME `x`"#, ["$HOME", "`x`"]),
  ])
  func `are words as a shell makes them out`(line: String, words: [String]) throws {
    #expect(try ShellWords.split(line[...]) == words)
  }

  @Test(arguments: ["'a", "\"a", "a\\", "a 'b\"", "\"a\\"])
  func `are refused where a quote is open`(line: String) {
    #expect(throws: ArgumentFault.self) { try ShellWords.split(line[...]) }
  }

  @Test(arguments: 0..<20)
  func `come back from their quotes`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let letters = Array("ab '\"\\#$\t-=é\u{1F600}")
    for _ in 0..<100 {
      let words = (0..<Int.random(in: 0...4, using: &generator)).map { _ in
        String(
          (0..<Int.random(in: 0...6, using: &generator)).map { _ in
            letters[Int.random(in: 0..<letters.count, using: &generator)]
          })
      }
      let line = words.map(ShellWords.quoted).joined(separator: " ")
      #expect(try ShellWords.split(line[...]) == words)
    }
  }

  private static let script = Array(
    """
    #!/bin/bash
    # a comment
    #GSUB --gpus=h200:64 --within leaf -J "my run"
    #GSUB -t 4h -a 0-99%10 -d afterok:12:13 --signal USR2@90 --begin now+2h

    #GSUB --export 'A=1,B=it'\\''s' --members 32-64
    train
    """.utf8)

  @Test(arguments: 0..<20)
  func `never break the reader`(seed: UInt64) {
    var mutator = Mutator(generator: SeededGenerator(seed: seed))
    for _ in 0..<200 {
      let text = String(decoding: mutator.mutated(Self.script), as: UTF8.self)
      do throws(CommandFailure) {
        let lines = text.utf8.split(separator: 0x0a, omittingEmptySubsequences: false).count
        for directive in try DirectiveReader(text, named: "a.sh").directives {
          #expect((2...lines).contains(directive.line) && !directive.words.isEmpty)
        }
      } catch {
        #expect(error.exitCode == 2 && error.description.hasPrefix("a.sh:"))
      }
    }
  }

  @Test(arguments: 0..<4)
  func `are understood or refused, and never let a dry run submit`(seed: UInt64) throws {
    let desk = try Desk(Rows.routes)
    var mutator = Mutator(generator: SeededGenerator(seed: 100 + seed))
    for _ in 0..<4 {
      let text = String(decoding: mutator.mutated(Self.script), as: UTF8.self)
      try desk.write(text, to: "a.sh")
      let outcome = desk.type("gsub", "--dry-run", "--json", "a.sh")
      #expect([0, 2].contains(outcome.code), "\(outcome.errors) \(text)")
      #expect((outcome.code == 0) == outcome.output.hasPrefix("{"))
      #expect(outcome.code == 0 || !outcome.errors.isEmpty)
    }
    #expect(desk.fake.requests.isEmpty)
  }
}
