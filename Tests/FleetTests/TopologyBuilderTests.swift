import Fleet
import Testing
import Units

@Suite struct `A builder of topologies` {
  /// Leaves named in random order, more of them than are merged at a time.
  @Test(arguments: 0..<10) func `finds the second leaf of a name, wherever it comes`(
    seed: UInt64
  ) throws {
    var random = SeededGenerator(seed: seed)
    var numbers = Array(0..<3000)
    numbers.shuffle(using: &random)
    let repeated = numbers[random.below(3000)]
    var builder = TopologyBuilder(name: "f")
    let type = NodeType(name: "t", accelerators: 1)
    for number in numbers {
      try builder.open(.leaf, "l\(number)")
      try builder.addNodes([NodeName("n\(number)")], type: type)
      try builder.close()
    }
    #expect(throws: TopologyError.duplicateDomain(.leaf, "l\(repeated)")) {
      try builder.open(.leaf, "l\(repeated)")
    }
    #expect(try builder.build().nodes.count == 3000)
  }

  @Test func `finds the second node of a name`() throws {
    for names in [["a", "b", "a"], ["n1", "n2", "n01", "n2"], ["n2", "n1", "n1"]] {
      var builder = TopologyBuilder(name: "f")
      let type = NodeType(name: "t", accelerators: 1)
      try builder.addNodes(names.map { NodeName($0) }, type: type)
      #expect(throws: TopologyError.duplicateNode(NodeName(names[names.count - 1]))) {
        try builder.build()
      }
    }
  }
}
