import PolicyFiles
import Testing

/// These end in time or they hang: what they check besides is only that an error comes.
@Suite struct `A YAML file made to do harm` {
  private func error(of text: String) -> String {
    do throws(PolicyFileError) {
      _ = try FleetFile.decode(text, file: "f.yaml")
      return "none"
    } catch {
      return "\(error)"
    }
  }

  /// Each line names the one above it nine times: written out, a list of 9²⁰ entries.
  private static let laughs: String = {
    var lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    for level in 1...20 {
      let alias = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
      lines.append("a\(level): &a\(level) [\(alias)]")
    }
    return lines.joined(separator: "\n") + "\n"
  }()

  private static let alias =
    "'*' looks like a YAML alias here; write out what it stands for, or leave the '*' away"

  @Test(arguments: ["", "? *a20\n: 1\n", "fleet: *a20\n", "? {? *a20 : 1}\n: 1\n"])
  func `by lists of lists of lists is refused`(end: String) {
    #expect(error(of: Self.laughs + end) == "f.yaml:2:10: \(Self.alias)")
  }

  @Test(arguments: [
    ("a: *b", 4), ("- *b", 3), ("? *b", 3), ("[*b]", 2), ("{a: 1,*b}", 7), ("{\"a\":*b}", 6),
    ("a: \"#\" *b", 8), ("[\"x #\", *b]", 9), ("*b", 1), ("\u{FEFF}*b", 4), ("a:\t*b", 4),
    ("# 'quoted' and *loud*", 16),
  ])
  func `by an alias is refused where it stands`(line: String, column: Int) {
    for before in ["", "# a\n", "a: \"\n\n"] {
      let place = before.count { $0 == "\n" } + 1
      #expect(error(of: before + line) == "f.yaml:\(place):\(column): \(Self.alias)")
    }
  }

  @Test(arguments: ["# *loud*", "a: b # it *is*", "a: 2*3", "a: x*", "a: '*'", "a: * b"])
  func `is not one with a star elsewhere`(line: String) {
    #expect(!error(of: line).contains("alias"))
  }

  @Test(arguments: ["[", "{a: ", "- ", "? "]) func `by depth is refused`(opener: String) {
    let deep = String(repeating: opener, count: 50_000)
    for start in ["", "fleet: ", "fleet:\n  "] {
      #expect(error(of: start + deep).hasPrefix("f.yaml:"))
    }
  }

  @Test(arguments: [("[", "]"), ("{a: ", "}")])
  func `by depth that is just allowed is read`(opener: String, closer: String) {
    let text = String(repeating: opener, count: 990) + String(repeating: closer, count: 990)
    #expect(error(of: "fleet: \(text)\n").hasPrefix("f.yaml:1:"))
  }

  @Test func `by very many keys is read`() {
    let keys = (0..<20_000).map { "k\($0): 1\n" }.joined()
    #expect(error(of: keys).hasPrefix("f.yaml:1:1: unknown key 'k0'"))
  }

  @Test(arguments: ["50000-99999,0-49999", "0-99999"])
  func `by very many domains in any order is read`(numbers: String) {
    let leaves = "leaves: [{names: 'l[\(numbers)]', nodes: n}]\n"
    let head = "fleet: f\nnode-types: {t: {cores: 1}}\ntype: t\n"
    #expect(error(of: head + leaves).hasSuffix("put '{leaf}' into the names"))
  }

  @Test func `by an anchor inside itself is refused`() {
    #expect(error(of: "fleet: &a [*a]\n").hasPrefix("f.yaml:1:12: "))
  }
}
