import Fleet
import PolicyFiles
import Testing

@Suite struct `A broken domain` {
  /// What follows a head of four lines, and the error behind `f.yaml:`.
  private static let table: [(text: String, error: String)] = [
    // Names.
    (
      "leaves:\n  - {name: a, names: b, nodes: n1}\n",
      "6:22: both 'name' and 'names'; keep 'names' where there are several"
    ),
    (
      "leaves:\n  - {name: 'a[0-1]', nodes: n1}\n",
      "6:12: 'a[0-1]' is no single name; write 'names:' for several"
    ),
    (
      "leaves:\n  - {names: 'a[0-1', nodes: n1}\n",
      "6:13: hostlist, character 2: this bracket is not closed: add ']'; a hostlist looks like "
        + "n[000-031]"
    ),
    (
      "leaves:\n  - {names: 'a[0-1],a1', nodes: '{leaf}n1'}\n",
      "6:13: a second leaf 'a1' beside the first; give one another name"
    ),
    (
      "leaves:\n  - {names: 'a[0-1]', nodes: n1}\n",
      "6:30: two nodes are named 'n1'; put '{leaf}' into the names"
    ),
    (
      "leaves:\n  - {names: 'a[0-1]', nodes: 'n1,{leaf}n1,n2'}\n",
      "6:30: two nodes are named 'n1'; give one another name"
    ),
    (
      "leaves:\n  - {name: a, nodes: n1}\n  - {name: b, nodes: 'n[0-3]'}\n",
      "7:22: two nodes are named 'n1'; give one another name"
    ),
    (
      "pods:\n  - names: 'p[0-1]'\n    leaves:\n      - {names: 'a[0-1]', nodes: '{leaf}n1'}\n",
      "8:34: two nodes are named 'a0n1'; put '{pod}' into the names"
    ),
    (
      "leaves:\n  - {names: 'a[0-1]', nodes: '{laef}n1'}\n",
      "6:30: no domain around is a 'laef'; did you mean '{leaf}'?"
    ),
    (
      "leaves:\n  - {names: 'a[0-1]', nodes: '{rack}n1'}\n",
      "6:30: no domain around is a 'rack'; the names around are {leaf}"
    ),
    (
      "leaves:\n  - {names: '{leaf}[0-1]', nodes: n1}\n",
      "6:13: no domain around is a 'leaf'; take '{leaf}' out"
    ),
    (
      "leaves:\n  - {names: 'a[0-1]', nodes: '{leafn1'}\n",
      "6:30: '{' without '}'; write {leaf}, or take the '{' out"
    ),
    (
      "leaves:\n  - {name: 'rack 1', nodes: '{leaf}n1'}\n",
      "6:29: 'rack 1n1': hostlist, character 5: not a character of a node name: use letters, "
        + "digits, '-', '_' and '.'; a hostlist looks like n[000-031]"
    ),
    // Sizes.
    (
      "leaves:\n  - {names: 'a[0-99999]', nodes: '{leaf}n[0-99]'}\n",
      "6:34: 1000100 nodes; a fleet may have at most 1000000"
    ),
    (
      "pods:\n  - names: 'p[0-999]'\n"
        + "    leaves:\n      - {names: 'a[0-999]', nodes: '{pod}{leaf}'}\n",
      "8:17: more than 100000 domains; name fewer and larger ones"
    ),
    // Totals.
    ("nodes: n1\ntotals: {nodes: 2}\n", "6:17: the fleet has 1 node, not 2; \(totals)"),
    (
      "nodes: n1\ntotals: {accelerators: 9}\n",
      "6:24: the fleet has 8 accelerators, not 9; \(totals)"
    ),
    (
      "leaves:\n  - {names: 'a[0-1]', nodes: '{leaf}[1-4]', totals: {nodes: 5}}\n",
      "6:61: leaf 'a0' has 4 nodes, not 5; \(totals)"
    ),
    (
      "nodes: n1\ntotals: {}\n",
      "6:9: no totals; add 'nodes: COUNT', 'accelerators: COUNT' or both"
    ),
    ("nodes: n1\ntotals: {node: 2}\n", "6:10: unknown key 'node'; did you mean 'nodes'?"),
    (
      "nodes: n1\ntotals: {nodes: 1k}\n",
      "6:17: '1k' is not a number from 0 to 64000000; write a whole number in that range"
    ),
    // Attributes.
    (
      "sites:\n  - {name: a, country: Romania, nodes: n1}\n",
      "6:24: 'Romania' is not a country's code; write its two capital letters, such as RO"
    ),
    (
      "sites:\n  - {name: a, country: ro, nodes: n1}\n",
      "6:24: 'ro' is not a country's code; write its two capital letters, such as RO"
    ),
    (
      "pods:\n  - {name: a, country: RO, nodes: n1}\n",
      "6:15: unknown key 'country'; the keys here are name, names, leaves, blocks, nodes, type, "
        + "totals, oversubscription, rails"
    ),
    ("leaves:\n  - {name: a, oversubscription: 2, nodes: n1}\n", "6:33: '2' \(ratio)"),
    ("leaves:\n  - {name: a, oversubscription: '1:2', nodes: n1}\n", "6:33: '1:2' \(ratio)"),
    ("leaves:\n  - {name: a, oversubscription: '0.5:1', nodes: n1}\n", "6:33: '0.5:1' \(ratio)"),
    ("leaves:\n  - {name: a, oversubscription: '2.:1', nodes: n1}\n", "6:33: '2.:1' \(ratio)"),
    ("leaves:\n  - {name: a, oversubscription: '2.-1:1', nodes: n1}\n", "6:33: '2.-1:1' \(ratio)"),
    (
      "leaves:\n  - {name: a, oversubscription: '1000.001:1', nodes: n1}\n",
      "6:33: '1000.001:1' \(ratio)"
    ),
    (
      "pods:\n  - {name: a, rails: 0, nodes: n1}\n",
      "6:22: '0' is not a number from 1 to 64; write a whole number in that range"
    ),
    (
      "pods:\n  - {name: a, rails: 3, nodes: n1}\n",
      "6:32: node type 't' has 8 network interfaces, which 3 rails can't share; give the pod as "
        + "many rails as its nodes have interfaces"
    ),
  ]

  private static let totals = "mend the total, or what is inside"
  private static let ratio = "is not a ratio from 1:1 to 1000:1; write it like 2:1 or 1.5:1"

  @Test(arguments: table.indices) func `says where, what, and how to mend it`(row: Int) {
    let (text, expected) = Self.table[row]
    let head = "fleet: f\nnode-types:\n  t: {accelerators: 8}\ntype: t\n"
    let error = #expect(throws: PolicyFileError.self) {
      try FleetFile.decode(head + text, file: "f.yaml")
    }
    #expect(error?.description == "f.yaml:\(expected)", "\(text)")
  }
}
