import Fleet
import Testing
import Units

/// Requests by their letters, and how frequent each is in the history.
private typealias Kinds = [(letter: Character, member: MemberShape, count: Int)]

/// What becomes of requests that arrive one after the other, as a picture.
private struct Drawing {
  let topology: Topology
  let kinds: Kinds
  private var packer: Packer
  /// By node: a letter for each whole accelerator.
  private var letters: [[Character]]
  private var refused = ""

  init(_ types: [NodeType], _ kinds: Kinds, _ method: PackingMethod) throws {
    var builder = TopologyBuilder(name: "drawn")
    for (index, type) in types.enumerated() {
      try builder.addNodes([NodeName("n\(index)")], type: type)
    }
    topology = try builder.build()
    self.kinds = kinds
    packer = Packer(
      topology: topology,
      shapes: kinds.map { (GangShape(members: 1, member: $0.member), $0.count) },
      method: method, seed: 1)
    letters = types.map { Array(repeating: ".", count: $0.accelerators) }
  }

  private func index(_ letter: Character) -> Int { kinds.firstIndex { $0.letter == letter }! }

  /// Lets requests come and go at once, so that the mix is known and nothing is taken.
  mutating func show(_ arrivals: String) {
    for letter in arrivals {
      if let allocation = packer.arrive(index(letter)) { packer.leave(allocation) }
    }
  }

  mutating func arrive(_ arrivals: String) -> String {
    for letter in arrivals {
      guard let slice = packer.arrive(index(letter))?.slices[0] else {
        refused.append(letter)
        continue
      }
      let node = Int(slice.node.number)
      for device in letters[node].indices where slice.accelerators >> UInt64(device) & 1 == 1 {
        letters[node][device] = letter
      }
    }
    let nodes = letters.enumerated().map { "n\($0)[\(String($1))]" }.joined(separator: " ")
    return refused.isEmpty ? nodes : "\(nodes) refused \(refused)"
  }

  /// On one node: the accelerators that each of these gets its part of.
  mutating func devices(_ arrivals: String) -> [Int?] {
    arrivals.map { letter in
      packer.arrive(index(letter))?.shares.first.map { Int($0.device) }
    }
  }
}

/// What each method makes of the same arrivals on one node of three accelerators.
private struct DeviceRow: Sendable, CustomTestStringConvertible {
  var method: PackingMethod
  var arrivals: String
  var devices: [Int?]
  var why: String

  init(_ method: PackingMethod, _ arrivals: String, _ devices: [Int?], _ why: String) {
    self.method = method
    self.arrivals = arrivals
    self.devices = devices
    self.why = why
  }

  var testDescription: String { "\(method): \(why)" }
}

/// The letter is how many tenths of an accelerator.
private let parts: Kinds = [3, 4, 5, 6].map { tenths in
  let member = MemberShape(accelerators: 1, share: .milli(UInt16(tenths * 100)))
  return (Character("\(tenths)"), member, tenths == 4 ? 100 : 1)
}

private let deviceRows = [
  DeviceRow(.firstFit, "563", [0, 1, 0], "500 and 400 are left: the first with room"),
  DeviceRow(.bestFit, "563", [0, 1, 1], "500 and 400 are left: the one with less"),
  DeviceRow(.bestFit, "5656", [0, 1, 0, 2], "600 does not go into what is left of the others"),
  DeviceRow(
    .fgd(ties: .first), "563", [0, 1, 2], "typical is 400: neither what is left may be broken"),
  DeviceRow(
    .epsilonFGD(thousandths: 100), "563", [0, 1, 2], "the device is the one that loses least"),
  DeviceRow(.firstFit, "6666", [0, 1, 2, nil], "what is left of three is of no use together"),
]

private func nodes(_ sizes: [(accelerators: Int, cores: Int)]) -> [NodeType] {
  sizes.map { accelerators, cores in
    NodeType(
      name: "x\(accelerators)-\(cores)", acceleratorModel: "a", accelerators: accelerators,
      host: HostShare(cores: cores))
  }
}

/// One accelerator each, with a core or with eight; half of the requests are of either kind.
private let lightAndHeavy: Kinds = [
  ("l", MemberShape(accelerators: 1, cores: 1), 1),
  ("H", MemberShape(accelerators: 1, cores: 8), 1),
]

private let mix = String(repeating: "lH", count: 10)

@Suite struct `Packing as a picture` {
  @Test(arguments: deviceRows)
  private func `of accelerators that are shared`(row: DeviceRow) throws {
    var type = NodeType(name: "t", acceleratorModel: "a", accelerators: 3)
    type.sharing = .fractions
    var drawing = try Drawing([type], parts, row.method)
    #expect(drawing.devices(row.arrivals) == row.devices)
  }

  @Test func `of requests that fill a node with few cores, and one with many`() throws {
    let fleet = nodes([(4, 32), (8, 16)])
    var fgd = try Drawing(fleet, lightAndHeavy, .fgd(ties: .first))
    fgd.show(mix)
    // The light ones take the node with cores; six accelerators are left without any.
    #expect(
      fgd.arrive("llHlHHHHlHllllll") == "n0[llHl] n1[HH......] refused HHlHllllll")
    var muster = try Drawing(fleet, lightAndHeavy, .muster)
    muster.show(mix)
    #expect(muster.arrive("llHlHHHHlHllllll") == "n0[HHHH] n1[lllHllll] refused Hlll")
  }

  @Test func `of equal nodes fills one before the next`() throws {
    let one: Kinds = [("a", MemberShape(accelerators: 1, cores: 1), 1)]
    for method in [PackingMethod.firstFit, .bestFit, .fgd(ties: .first)] {
      var drawing = try Drawing(nodes([(4, 8), (4, 8)]), one, method)
      #expect(drawing.arrive("aaaaa") == "n0[aaaa] n1[a...]")
    }
  }

  @Test func `of best-fit takes the smaller node, of first-fit the first`() throws {
    let one: Kinds = [("a", MemberShape(accelerators: 2, cores: 1), 1)]
    var best = try Drawing(nodes([(8, 8), (4, 8)]), one, .bestFit)
    #expect(best.arrive("aaa") == "n0[aa......] n1[aaaa]")
    var first = try Drawing(nodes([(8, 8), (4, 8)]), one, .firstFit)
    #expect(first.arrive("aaa") == "n0[aaaaaa..] n1[....]")
  }

  @Test func `of muster leaves whole nodes for the gangs that need them`() throws {
    let kinds: Kinds = [
      ("a", MemberShape(accelerators: 1, cores: 1), 1),
      ("B", MemberShape(accelerators: 8, cores: 8), 1),
    ]
    var drawing = try Drawing(nodes([(8, 16), (8, 16), (8, 16)]), kinds, .muster)
    drawing.show(String(repeating: "aB", count: 10))
    #expect(drawing.arrive("aaaBaB") == "n0[aaaa....] n1[BBBBBBBB] n2[BBBBBBBB]")
  }
}
