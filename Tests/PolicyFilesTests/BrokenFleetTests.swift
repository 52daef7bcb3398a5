import Fleet
import PolicyFiles
import Testing

@Suite struct `A broken fleet file` {
  /// What stands before the line at fault in most of the table.
  private static let head = "fleet: f\nnode-types:\n  t: {accelerators: 8}\n"

  /// The text, and the whole error.
  private static let table: [(text: String, error: String)] = [
    ("", "f.yaml: the file is empty; start from one of those in Policies/"),
    ("nodes: n1\n", "f.yaml:1:1: the fleet has no name; add 'fleet: NAME'"),
    ("fleet: f\nnodes: n1\n", "f.yaml:1:1: no node types; add 'node-types:' with at least one"),
    (head, "f.yaml:1:1: nothing is inside; give just one of sites, pods, leaves, blocks, nodes"),
    (head + "nodes: n1\n", "f.yaml:4:8: the nodes have no type; add 'type: NAME' here or around"),
    (head + "type: u\nnodes: n1\n", "f.yaml:4:7: no node type is called 'u'; did you mean 't'?"),
    (
      head + "type: wholly-other\nnodes: n1\n",
      "f.yaml:4:7: no node type is called 'wholly-other'; add it to 'node-types', or use "
        + "one of t"
    ),
    (
      head + "type: t\nnodes: n[1-\n",
      "f.yaml:5:8: hostlist, character 5: a number is expected here; a hostlist looks like "
        + "n[000-031]"
    ),
    (
      head + "type: t\nnodes: 'n[5-3]'\n",
      "f.yaml:5:8: hostlist, character 3: the range runs backwards: write the smaller "
        + "number first; a hostlist looks like n[000-031]"
    ),
    (
      head + "type: t\nnodes: 'n[0-999999999]'\n",
      "f.yaml:5:8: hostlist, character 3: too many nodes, or too many digits: at most "
        + "1,000,000 nodes, nine digits; a hostlist looks like n[000-031]"
    ),
    (
      head + "type: t\nnodes: 'n1,n2,n1'\n",
      "f.yaml:5:8: two nodes are named 'n1'; give one another name"
    ),
    (head + "type: t\nnodes: [n1, n2]\n", "f.yaml:5:8: expected a word; write one value here"),
    (head + "type: t\nnodes: ''\n", "f.yaml:5:8: expected a word; write one value here"),
    (
      head + "type: t\nleafs:\n  - {name: a, nodes: n1}\n",
      "f.yaml:5:1: unknown key 'leafs'; did you mean 'leaves'?"
    ),
    (
      head + "type: t\nnodes: n1\nleaves:\n  - {name: a, nodes: n2}\n",
      "f.yaml:1:1: both 'leaves' and 'nodes' are inside; give just one of sites, pods, "
        + "leaves, blocks, nodes"
    ),
    (head + "type: t\nleaves: n1\n", "f.yaml:5:9: expected a list; write '- ' before each entry"),
    (head + "type: t\nleaves: []\n", "f.yaml:1:1: the fleet has no nodes; name at least one"),
    (
      head + "type: t\nleaves:\n  - {nodes: n1}\n",
      "f.yaml:6:5: the leaf has no name; add 'name: NAME'"
    ),
    (
      head + "type: t\nleaves:\n  - {name: a}\n",
      "f.yaml:6:5: nothing is inside; give just one of blocks, nodes"
    ),
    (
      head + "type: t\nleaves:\n  - {name: a, nodes: n1}\n  - {name: a, nodes: n2}\n",
      "f.yaml:7:12: a second leaf 'a' beside the first; give one another name"
    ),
    (
      head + "type: t\nleaves:\n  - {name: a, blocks: []}\n",
      "f.yaml:6:5: leaf 'a' has no nodes; add some or leave it out"
    ),
    (
      head + "type: t\nleaves:\n  - name: a\n    pods:\n      - {name: p, nodes: n1}\n",
      "f.yaml:7:5: unknown key 'pods'; the keys here are name, names, blocks, nodes, type, "
        + "totals, oversubscription"
    ),
    (
      head + "type: t\nblocks:\n  - {name: a, leaves: []}\n",
      "f.yaml:6:15: unknown key 'leaves'; the keys here are name, names, nodes, type, totals"
    ),
    (
      head + "type: t\nleaves:\n  - a\n",
      "f.yaml:6:5: expected keys with values; write 'key: value' lines here"
    ),
    (
      "fleet: f\nnode-types: {t: {accelerators: 65}}\ntype: t\nnodes: n1\n",
      "f.yaml:2:32: '65' is not a number from 0 to 64; write a whole number in that range"
    ),
    (
      "fleet: f\nnode-types: {t: {accelerators: -1}}\ntype: t\nnodes: n1\n",
      "f.yaml:2:32: '-1' is not a number from 0 to 64; write a whole number in that range"
    ),
    (
      "fleet: f\nnode-types: {t: {accelerators: eight}}\ntype: t\nnodes: n1\n",
      "f.yaml:2:32: 'eight' is not a number from 0 to 64; write a whole number in that range"
    ),
    (
      "fleet: f\nnode-types: {t: {accelerators: 8.0}}\ntype: t\nnodes: n1\n",
      "f.yaml:2:32: '8.0' is not a number from 0 to 64; write a whole number in that range"
    ),
    (
      "fleet: f\nnode-types: {t: {cores: 4097}}\ntype: t\nnodes: n1\n",
      "f.yaml:2:25: '4097' is not a number from 0 to 4096; write a whole number in that range"
    ),
    (
      "fleet: f\nnode-types: {t: {cores: 0}}\ntype: t\nnodes: n1\n",
      "f.yaml:2:17: node type 't' has neither accelerators nor cores; give it one of them"
    ),
    (
      "fleet: f\nnode-types: {t: {acelerators: 8}}\ntype: t\nnodes: n1\n",
      "f.yaml:2:18: unknown key 'acelerators'; did you mean 'accelerators'?"
    ),
    (
      "fleet: f\nnode-types: {t: {cores: 1}, t: {cores: 2}}\ntype: t\nnodes: n1\n",
      "f.yaml:2:14: 't' stands here twice; keep one of them"
    ),
    (
      "fleet: f\nnode-types: {}\ntype: t\nnodes: n1\n",
      "f.yaml:2:13: no node types; add at least one"
    ),
    (
      "fleet: f\nnode-types: [t]\ntype: t\nnodes: n1\n",
      "f.yaml:2:13: expected keys with values; write 'key: value' lines here"
    ),
    (
      "fleet: f\nnode-types: {t: 8}\ntype: t\nnodes: n1\n",
      "f.yaml:2:17: expected keys with values; write 'key: value' lines here"
    ),
    (
      "fleet: [f]\nnode-types: {t: {cores: 8}}\ntype: t\nnodes: n1\n",
      "f.yaml:1:8: expected a word; write one value here"
    ),
    (
      head + "\ttype: t\nnodes: n1\n",
      "f.yaml:4:1: not YAML: found character that cannot start any token; mend the line"
    ),
  ]

  @Test(arguments: table.indices) func `says where, what, and how to mend it`(row: Int) {
    let (text, expected) = Self.table[row]
    let error = #expect(throws: PolicyFileError.self) {
      try FleetFile.decode(text, file: "f.yaml")
    }
    #expect(error?.description == expected, "\(text)")
  }
}
