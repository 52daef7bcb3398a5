import Fleet
import PolicyFiles
import Testing

@Suite struct `A fleet file` {
  /// Every key there is.
  static let everything = """
    fleet: everything
    totals: {nodes: 10, accelerators: 60}
    node-types:
      a:
        model: h200
        accelerators: 8
        cores: 112
        memory: 2 TiB
        sharing: mig
        geometry: h200-141gb
        islands: [4, 4]
        numa-nodes: 2
        links: {accelerator: 450 GB/s, nics: 8, nic: 400 Gbit/s}
      b: {model: gb200, accelerators: 4, sharing: fractions, links: {nics: 4}}
      c: {cores: 64, memory: 512 GiB, links: {nics: 1, nic: 100 Gbit/s}}
    type: a
    sites:
      - name: east
        country: RO
        oversubscription: 16:1
        totals: {nodes: 5, accelerators: 40}
        pods:
          - names: p[0-1]
            rails: 4
            oversubscription: 2:1
            leaves:
              - {names: "{pod}-l[0-1]", oversubscription: "1.25:1", nodes: "{leaf}-n7"}
          - {name: p2, nodes: last}
      - name: west
        country: BG
        leaves:
          - name: l
            blocks:
              - {names: "b[0-1]", type: b, nodes: "{site}-{leaf}{block}n0"}
              - {name: b2, type: b, nodes: "{block}[8,6,7]"}
    """

  private func fleet(_ text: String) throws -> Topology {
    try FleetFile.decode(text, file: "f.yaml")
  }

  @Test func `names each node after the domains around it`() throws {
    let names = try fleet(Self.everything).nodes.map { "\($0.name)" }
    let east = ["p0-l0-n7", "p0-l1-n7", "p1-l0-n7", "p1-l1-n7", "last"]
    #expect(names == east + ["west-lb0n0", "west-lb1n0", "b28", "b26", "b27"])
  }

  @Test func `repeats a domain with all that is inside`() throws {
    let domains = try fleet(Self.everything).domains
    let names = domains.map { "\($0.level) \($0.name)" }
    let outer = ["site east", "site west", "pod p0", "pod p1", "pod p2"]
    let leaves = ["leaf p0-l0", "leaf p0-l1", "leaf p1-l0", "leaf p1-l1", "leaf l"]
    #expect(names == outer + leaves + ["block b0", "block b1", "block b2"])
    #expect(
      domains.map { $0.attributes.oversubscription }.prefix(6) == [
        16_000, 1000, 2000, 2000, 1000, 1250,
      ])
    #expect(domains.map { $0.attributes.rails }.prefix(6) == [0, 0, 4, 4, 0, 0])
    #expect(domains.map { $0.attributes.country }.prefix(3) == ["RO", "BG", ""])
  }

  @Test func `gives a kind of node all that it is made of`() throws {
    let types = try fleet(Self.everything).nodeTypes
    var a = NodeType(
      name: "a", acceleratorModel: "h200", accelerators: 8,
      host: HostShare(cores: 112, memory: 2 * 1024 * 1024))
    a.sharing = .mig(.h200x141)
    a.islands = [4, 4]
    a.numaNodes = 2
    var b = NodeType(name: "b", acceleratorModel: "gb200", accelerators: 4)
    b.sharing = .fractions
    b.links.interfaces = 4
    #expect(types == [a, b])
  }

  @Test func `is the same fleet written out or written short`() throws {
    let short = try fleet(Self.head + "leaves:\n  - {names: 'l[0-1]', nodes: '{leaf}n[0-1]'}\n")
    let long = try fleet(
      Self.head
        + "leaves:\n  - {name: l0, nodes: 'l0n0,l0n1'}\n  - {name: l1, nodes: 'l1n0,l1n1'}\n")
    #expect(short.domains == long.domains)
    #expect(short.nodes == long.nodes)
  }

  private static let head = "fleet: f\nnode-types: {t: {accelerators: 8}}\ntype: t\n"

  @Test(arguments: MIGGeometry.allCases) func `knows every geometry`(geometry: MIGGeometry) throws {
    let type = "{accelerators: 8, sharing: mig, geometry: \(geometry.name)}"
    let fleet = try fleet("fleet: f\nnode-types: {t: \(type)}\ntype: t\nnodes: n\n")
    #expect(fleet.nodeTypes[0].sharing == .mig(geometry))
  }

  @Test(arguments: [
    ("1:1", 1000), ("1.5:1", 1500), ("1.05:1", 1050), ("2.125:1", 2125), ("1000:1", 1_000_000),
    ("15.0:1", 15_000),
  ])
  func `reads a ratio to the thousandth`(ratio: String, thousandths: Int) throws {
    let leaf = "leaves:\n  - {name: l, nodes: n, oversubscription: '\(ratio)'}\n"
    let fleet = try fleet(Self.head + leaf)
    #expect(fleet.domains[0].attributes.oversubscription == thousandths)
  }

  @Test(arguments: [("1 MiB", 1), ("960 GiB", 983_040), ("512 TiB", 1 << 29), ("1  GiB", 1024)])
  func `reads memory by its unit`(memory: String, mebibytes: Int32) throws {
    let type = "{cores: 1, memory: \(memory)}"
    let fleet = try fleet("fleet: f\nnode-types: {t: \(type)}\ntype: t\nnodes: n\n")
    #expect(fleet.nodeTypes[0].host.memory == mebibytes)
  }
}
