import TestFiles
import Testing
import Units

@Suite struct `A hostlist` {
  /// What is written, the names it stands for, and how it is written back.
  private static let readings: [(text: String, names: [String], back: String)] = [
    ("n1", ["n1"], "n1"),
    ("login", ["login"], "login"),
    ("n[0-3]", ["n0", "n1", "n2", "n3"], "n[0-3]"),
    ("n[000-002]", ["n000", "n001", "n002"], "n[000-002]"),
    ("n[000-001,7],login", ["n000", "n001", "n7", "login"], "n[000-001],n7,login"),
    ("n[008-011]", ["n008", "n009", "n010", "n011"], "n[008-011]"),
    ("n[8-11]", ["n8", "n9", "n10", "n11"], "n[8-9],n[10-11]"),
    ("n[5]", ["n5"], "n5"),
    ("n[1,3,5-6]", ["n1", "n3", "n5", "n6"], "n[1,3,5-6]"),
    ("n1,n2,n3", ["n1", "n2", "n3"], "n[1-3]"),
    ("n3,n2", ["n3", "n2"], "n[3,2]"),
    ("n1,n1", ["n1", "n1"], "n[1,1]"),
    ("a1,b2", ["a1", "b2"], "a1,b2"),
    ("rack2-n[07-08]", ["rack2-n07", "rack2-n08"], "rack2-n[07-08]"),
    ("gpu.site_a-1", ["gpu.site_a-1"], "gpu.site_a-1"),
    ("n1[0-1]", ["n10", "n11"], "n[10-11]"),
    ("7,8", ["7", "8"], "[7-8]"),
    ("[07-09]", ["07", "08", "09"], "[07-09]"),
    ("n[999999998-999999999]", ["n999999998", "n999999999"], "n[999999998-999999999]"),
  ]

  @Test(arguments: readings.indices) func `stands for names, and is written back short`(row: Int)
    throws
  {
    let (text, names, back) = Self.readings[row]
    let hostlist = try Hostlist(parsing: text)
    #expect(hostlist.names.map(\.description) == names)
    #expect(hostlist.description == back)
    #expect(try Hostlist(parsing: back).names == hostlist.names)
  }

  @Test func `of no names is written as nothing`() {
    #expect(Hostlist(names: []).description == "")
  }

  /// What is wrong, and the whole message.
  private static let faults: [(text: String, message: String)] = [
    ("", "hostlist, character 1: a node name is missing"),
    (",n1", "hostlist, character 1: a node name is missing"),
    ("n1,", "hostlist, character 4: a node name is missing"),
    ("n1,,n2", "hostlist, character 4: a node name is missing"),
    ("n[", "hostlist, character 3: a number is expected here"),
    ("n[]", "hostlist, character 3: a number is expected here"),
    ("n[a]", "hostlist, character 3: a number is expected here"),
    ("n[1-]", "hostlist, character 5: a number is expected here"),
    ("n[1,]", "hostlist, character 5: a number is expected here"),
    ("n[-1]", "hostlist, character 3: a number is expected here"),
    ("n[1-2-3]", "hostlist, character 6: a number is expected here"),
    ("n[1", "hostlist, character 2: this bracket is not closed: add ']'"),
    ("n[1-3,5", "hostlist, character 2: this bracket is not closed: add ']'"),
    (
      "n[1]x",
      "hostlist, character 5: text after ']': end the name there, or put ',' before the next"
    ),
    (
      "n[1][2]",
      "hostlist, character 5: text after ']': end the name there, or put ',' before the next"
    ),
    (
      "n[5-3]",
      "hostlist, character 3: the range runs backwards: write the smaller number first"
    ),
    (
      "n[0-1000000]",
      "hostlist, character 3: too many nodes, or too many digits: at most 1,000,000 nodes, "
        + "nine digits"
    ),
    (
      "n[0-999999],m",
      "hostlist, character 13: too many nodes, or too many digits: at most 1,000,000 nodes, "
        + "nine digits"
    ),
    (
      "n[1234567890]",
      "hostlist, character 3: too many nodes, or too many digits: at most 1,000,000 nodes, "
        + "nine digits"
    ),
    (
      "n 1",
      "hostlist, character 2: not a character of a node name: use letters, digits, '-', '_' and '.'"
    ),
    (
      "nö",
      "hostlist, character 2: not a character of a node name: use letters, digits, '-', '_' and '.'"
    ),
    (
      "n1]",
      "hostlist, character 3: not a character of a node name: use letters, digits, '-', '_' and '.'"
    ),
  ]

  @Test(arguments: faults.indices) func `that is wrong says what and where`(row: Int) {
    let (text, message) = Self.faults[row]
    let error = #expect(throws: HostlistError.self) { try Hostlist(parsing: text) }
    #expect(error?.description == message)
  }

  @Test(arguments: 0..<300) func `that is written and read again has the same names`(seed: UInt64)
    throws
  {
    var random = SeededGenerator(seed: seed)
    let prefixes = ["n", "gpu-", "rack2-n", "", "a.b", "login"]
    let names = (0..<(1 + random.below(40))).flatMap { _ -> [NodeName] in
      let prefix = prefixes[random.below(prefixes.count)]
      let first = random.below(random.below(2) == 0 ? 12 : 1200)
      let width = random.below(5)
      // A prefix without a number is a name too, unless it is empty.
      guard random.below(8) > 0 || prefix.isEmpty else { return [NodeName(prefix)] }
      return (first..<first + 1 + random.below(6)).map { number in
        var text = Array(prefix.utf8)
        text.append(decimal: UInt64(number), width: width)
        return NodeName(String(decoding: text, as: UTF8.self))
      }
    }
    let text = Hostlist(names: names).description
    #expect(try Hostlist(parsing: text).names == names, "\(text)")
  }

  private static let valid = "n[000-031,040],rack2-n[7-12],login,gpu.a_1,m[5]"

  @Test(arguments: 0..<600) func `that is mutilated gives names or a place in it`(seed: UInt64) {
    var mutator = Mutator(generator: SeededGenerator(seed: seed))
    let text = String(decoding: mutator.mutated(Array(Self.valid.utf8)), as: UTF8.self)
    do throws(HostlistError) {
      let names = try Hostlist(parsing: text).names
      #expect(!names.isEmpty && names.count <= Hostlist.mostNames)
      let back = Hostlist(names: names).description
      #expect((try? Hostlist(parsing: back))?.names == names, "\(text) as \(back)")
    } catch {
      #expect((0...text.utf8.count).contains(error.offset), "\(text): \(error)")
      #expect(error.description.hasPrefix("hostlist, character \(error.offset + 1): "))
    }
  }
}
