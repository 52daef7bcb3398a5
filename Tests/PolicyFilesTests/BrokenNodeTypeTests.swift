import Fleet
import PolicyFiles
import Testing

@Suite struct `A broken node type` {
  /// What stands between the braces of a type in line 2, and the error behind `f.yaml:2:`.
  private static let table: [(type: String, error: String)] = [
    ("acelerators: 8", "18: unknown key 'acelerators'; did you mean 'accelerators'?"),
    ("cores: 8, numa_nodes: 2", "28: unknown key 'numa_nodes'; did you mean 'numa-nodes'?"),
    ("accelerators: 8, memory: 16", "43: '16' is not an amount of memory; write it like 960 GiB"),
    (
      "accelerators: 8, memory: 16GiB",
      "43: '16GiB' is not an amount of memory; write it like 960 GiB"
    ),
    (
      "accelerators: 8, memory: -1 GiB",
      "43: '-1 GiB' is not an amount of memory; write it like 960 GiB"
    ),
    (
      "accelerators: 8, memory: 0 GiB",
      "43: '0 GiB' is not an amount of memory; write it like 960 GiB"
    ),
    (
      "accelerators: 8, memory: 1.5 TiB",
      "43: '1.5 TiB' is not an amount of memory; write it like 960 GiB"
    ),
    (
      "accelerators: 8, memory: 960 GB",
      "43: 'GB' is not a unit of memory; use MiB, GiB or TiB"
    ),
    (
      "accelerators: 8, memory: 513 TiB",
      "43: '513 TiB' is more memory than a node has; give at most 512 TiB"
    ),
    (
      "accelerators: 8, memory: 9223372036854775807 TiB",
      "43: '9223372036854775807 TiB' is more memory than a node has; give at most 512 TiB"
    ),
    (
      "accelerators: 8, watts: 700",
      "42: '700' is not a power; write a number and W, kW or MW, such as 38.5 MW"
    ),
    (
      "accelerators: 8, watts: 1 MW",
      "42: '1 MW' is not within 1 W to 100 kW; write a power in that range"
    ),
    (
      "watts: 700 W, cores: 8",
      "25: 'watts' on a node without accelerators; add 'accelerators: COUNT', or remove it"
    ),
    (
      "model: h100, cores: 8",
      "25: 'model' on a node without accelerators; add 'accelerators: COUNT', or remove it"
    ),
    (
      "sharing: fractions, cores: 8",
      "27: 'sharing' on a node without accelerators; add 'accelerators: COUNT', or remove it"
    ),
    (
      "accelerators: 8, sharing: fraction",
      "44: 'fraction' is none of none, fractions, mig; did you mean 'fractions'?"
    ),
    (
      "accelerators: 8, sharing: mig",
      "44: 'sharing: mig' without a geometry; add 'geometry:' with one of a100-40gb, h100-80gb, "
        + "h100-96gb, h200-141gb, b200-180gb"
    ),
    (
      "accelerators: 8, sharing: mig, geometry: h200-141",
      "59: 'h200-141' is none of a100-40gb, h100-80gb, h100-96gb, h200-141gb, b200-180gb; did "
        + "you mean 'h200-141gb'?"
    ),
    (
      "accelerators: 8, sharing: fractions, geometry: h200-141gb",
      "65: 'geometry' goes with 'sharing: mig' alone; remove it, or share by mig"
    ),
    (
      "accelerators: 8, geometry: h200-141gb",
      "45: 'geometry' goes with 'sharing: mig' alone; remove it, or share by mig"
    ),
    (
      "accelerators: 8, islands: [4, 3]",
      "44: the islands of node type 't' hold 7 accelerators; give sizes that add up to its "
        + "accelerators"
    ),
    (
      "accelerators: 8, islands: [8, 0]",
      "48: '0' is not a number from 1 to 64; write a whole number in that range"
    ),
    ("accelerators: 8, islands: 4", "44: expected a list; write '- ' before each entry"),
    (
      "accelerators: 8, numa-nodes: 3",
      "47: node type 't' can't divide its accelerators among 3 NUMA nodes; give a number that "
        + "divides them"
    ),
    (
      "accelerators: 8, numa-nodes: 0",
      "47: '0' is not a number from 1 to 64; write a whole number in that range"
    ),
    (
      "accelerators: 8, links: 400",
      "42: expected keys with values; write 'key: value' lines here"
    ),
    (
      "accelerators: 8, links: {nic: 400 GB/s}",
      "48: '400 GB/s' is not 1 to 100000 Gbit/s; write a whole number and its unit, such as 400 "
        + "Gbit/s"
    ),
    (
      "accelerators: 8, links: {accelerator: 450}",
      "56: '450' is not 0 to 100000 GB/s; write a whole number and its unit, such as 400 GB/s"
    ),
    (
      "accelerators: 8, links: {nics: 0}",
      "49: '0' is not a number from 1 to 64; write a whole number in that range"
    ),
    ("accelerators: 8, links: {nisc: 8}", "43: unknown key 'nisc'; did you mean 'nic'?"),
  ]

  @Test(arguments: table.indices) func `says where, what, and how to mend it`(row: Int) {
    let (type, expected) = Self.table[row]
    let text = "fleet: f\nnode-types: {t: {\(type)}}\ntype: t\nnodes: n1\n"
    let error = #expect(throws: PolicyFileError.self) {
      try FleetFile.decode(text, file: "f.yaml")
    }
    #expect(error?.description == "f.yaml:2:\(expected)", "\(text)")
  }
}
