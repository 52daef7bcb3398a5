import Foundation
import TestFiles
import Testing

/// Two nodes, one with more cores and one with more accelerators.
private let nodeList = """
  sn,cpu_milli,memory_mib,gpu,model
  n-0,32000,65536,4,A
  n-1,16000,65536,8,B

  """

/// A whole accelerator, a half of one with eight cores, cores alone, and eight accelerators.
private let podList = """
  name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec
  p-0,1000,1024,1,1000,
  p-1,8000,1024,1,500,A|B
  p-2,4000,1024,0,0,
  p-3,4000,1024,8,1000,B

  """

/// 18 accelerators are asked for: 150 % of the twelve that there are.
private let arrivalOrder = String(repeating: "0\n1\n2+\n", count: 12)

/// The three files that `gsim fill` reads.
private struct FillFiles {
  let nodes: TemporaryFile
  let pods: TemporaryFile
  let order: TemporaryFile

  init(nodes: String = nodeList, pods: String = podList, order: String = arrivalOrder) {
    self.nodes = TemporaryFile(text: nodes, name: "nodes.csv")
    self.pods = TemporaryFile(text: pods, name: "pods.csv")
    self.order = TemporaryFile(text: order, name: "order.txt")
  }

  /// The files that a call without arguments makes, packed by gzip.
  static func packed() -> FillFiles {
    let file = { (text: String) in TemporaryFile(StoredGzip.stream(of: Array(text.utf8))) }
    return FillFiles(files: (file(nodeList), file(podList), file(arrivalOrder)))
  }

  private init(files: (TemporaryFile, TemporaryFile, TemporaryFile)) {
    (nodes, pods, order) = files
  }

  var all: [TemporaryFile] { [nodes, pods, order] }

  var arguments: [String] {
    ["fill", "--nodes", nodes.path, "--pods", pods.path, "--order", order.path]
  }
}

private let gigafactory: String = {
  let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  return root.appending(path: "Policies/fleets/gigafactory.yaml").path
}()

private func json(_ text: String) throws -> [String: Any] {
  try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
}

/// Runs gsim, which is to succeed in silence; what it says as JSON.
private func figures(_ arguments: [String]) throws -> [String: Any] {
  let outcome = try GSimProcess.run(arguments + ["--json", "-"])
  #expect(!outcome.isCrash && outcome.code == 0, "\(outcome.errors)")
  #expect(outcome.errors == "")
  return try json(outcome.output)
}

/// Runs gsim, which is to refuse: with 1 what is asked for, with 2 how it is asked for.
private func expect(_ code: Int32, _ message: String, of arguments: [String]) throws {
  let outcome = try GSimProcess.run(arguments)
  #expect(!outcome.isCrash)
  #expect(outcome.code == code, "\(outcome.output)")
  #expect(outcome.output == "")
  // Of wrong usage the text goes on with how to use it.
  let first = code == 1 ? "gsim: \(message)\n" : "Error: \(message)"
  #expect(
    code == 1 ? outcome.errors == first : outcome.errors.hasPrefix(first), "\(outcome.errors)")
}

@Suite struct `What gsim place answers` {
  private func request(_ document: [String: Any], _ index: Int = 0) throws -> [String: Any] {
    try #require((document["requests"] as? [[String: Any]])?[index])
  }

  @Test func `has every key, and times in order`() throws {
    let document = try figures(
      ["place", "--fleet", "4x8", "--request", "--gpus 16", "--repeat", "50"])
    let keys = ["accelerators", "fleet", "free_accelerators", "median_ns", "nodes", "p99_ns"]
    #expect(document.keys.sorted() == keys + ["requests"])
    #expect(document["fleet"] as? String == "4x8")
    #expect(document["nodes"] as? Int == 4)
    #expect(document["accelerators"] as? Int == 32)
    #expect(document["free_accelerators"] as? Int == 32)
    let (median, high) = (document["median_ns"] as? Int, document["p99_ns"] as? Int)
    #expect(try #require(median) > 0)
    #expect(try #require(median) <= (try #require(high)))
    let placed = try request(document)
    #expect(placed.keys.sorted() == ["cost", "domains", "hostlist", "placed", "request"])
    #expect(placed["placed"] as? Bool == true)
    #expect(placed["hostlist"] as? String == "n[0-1]")
    #expect(placed["request"] as? String == "--gpus 16")
    let cost = try #require(placed["cost"] as? [String: Any])
    #expect(
      cost.keys.sorted()
        == ["fragmentation_added", "nvlink_domains", "slowdown", "spine_crossings"])
    #expect(cost["nvlink_domains"] as? Int == 2)
    #expect(try #require(cost["slowdown"] as? Double) >= 0)
    #expect(try #require(cost["fragmentation_added"] as? Double) >= 0)
  }

  @Test func `names the racks that segments lie in`() throws {
    let document = try figures([
      "place", "--fleet", gigafactory, "--request", "--gpus gb200:144 --segment 18:block",
      "--repeat", "3",
    ])
    #expect(document["accelerators"] as? Int == 100_000)
    let domains = try #require(try request(document)["domains"] as? [[String: Any]])
    #expect(domains.map { $0["level"] as? String } == ["block", "block"])
    #expect(domains.map { $0["nodes"] as? Int } == [18, 18])
    let paths = domains.compactMap { $0["path"] as? String }
    #expect(Set(paths).count == 2 && paths.allSatisfy { $0.hasPrefix("doicesti/") })
    #expect(try request(document)["hostlist"] as? String == "g0l0b0n[00-17],g0l0b1n[00-17]")
  }

  @Test func `says why what could run does not fit now`() throws {
    let fleet = ["place", "--fleet", "4x8", "--fill", "1", "--repeat", "2"]
    let document = try figures(fleet + ["--request", "--gpus 8"])
    #expect(document["free_accelerators"] as? Int == 0)
    let refused = try request(document)
    #expect(refused.keys.sorted() == ["domains", "placed", "reason", "request"])
    #expect(refused["placed"] as? Bool == false)
    #expect(refused["reason"] as? String == "1 nodes must have room for 8 accelerators, 0 have")
  }

  @Test(arguments: [("0", 32), ("0.25", 24), ("0.5", 16), ("1", 0)])
  func `fills as many nodes as it is told`(fill: String, free: Int) throws {
    let document = try figures(
      ["place", "--fleet", "4x8", "--fill", fill, "--request", "--gpus 1", "--repeat", "1"])
    #expect(document["free_accelerators"] as? Int == free)
  }

  @Test func `places several requests apart, and times none of them`() throws {
    let document = try figures(
      ["place", "--fleet", "4x8", "--request", "--gpus 8", "--request", "--gpus 24"])
    #expect(document["median_ns"] == nil && document["p99_ns"] == nil)
    let lists = try (0..<2).map { try request(document, $0)["hostlist"] as? String }
    #expect(lists == ["n0", "n[1-3]"])
  }

  @Test func `is the same twice, but for the times`() throws {
    let arguments = [
      "place", "--fleet", gigafactory, "--fill", "0.5", "--seed", "7", "--repeat", "2",
      "--request", "--gpus h200:256 --within pod",
    ]
    let lists = try (0..<2).map { _ in try request(try figures(arguments))["hostlist"] as? String }
    #expect(lists[0] != nil && lists[0] == lists[1])
  }

  @Test func `goes to people as text, and to a file as JSON`() throws {
    let folder = try TemporaryFolder()
    let outcome = try GSimProcess.run(
      ["place", "--fleet", "4x8", "--request", "--gpus 8", "--json", folder / "a.json"])
    #expect(outcome.code == 0 && outcome.errors == "")
    #expect(outcome.output.hasPrefix("--gpus 8\n  1 × (8 accelerators)\n  on n0\n"))
    let document = try json(try String(contentsOfFile: folder / "a.json", encoding: .utf8))
    #expect(document["nodes"] as? Int == 4)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.json"])
  }
}

@Suite struct `What gsim place refuses` {
  /// What can never be placed on a fleet: exit 1.
  private static let impossible: [(fleet: String, request: String, message: String)] = [
    (
      gigafactory, "--gpus gb200:160 --segment 20:block",
      "no block has 20 nodes; the largest has 18: ask for --segment 18:block"
    ),
    (
      gigafactory, "--gpus h900:8",
      "no node has h900 accelerators: ask for h200, mi355x, gb200"
    ),
    ("4x8", "--gpus h900:8", "no node has h900 accelerators: leave the model out"),
    (
      "4x8", "--gpus 64",
      "only 4 nodes have room for 8 accelerators, and the job needs 8: ask for at most 4"
    ),
    (
      "4x8", "--gpus-per-member 2 --members 9",
      "only 4 nodes have room for 2 accelerators, and the job needs 9: ask for at most 4"
    ),
    (
      "4x8", "--cores 4",
      "no node has 4 cores; the largest has nothing of its host to give: "
        + "ask for less a member, and more members"
    ),
    (
      "4x8", "--gpus 0.5",
      "no accelerator may be shared by parts: ask for whole accelerators"
    ),
    (
      "4x8", "--gpus 1g.18gb",
      "no accelerator can be cut into slices of 1g.18gb: "
        + "ask for whole accelerators, or for a slice of another model"
    ),
    ("4x8", "--gpus 8 --within block", "the fleet has no blocks: leave the closeness out"),
  ]

  @Test(arguments: impossible.indices) func `as impossible, with a way out`(row: Int) throws {
    let (fleet, request, message) = Self.impossible[row]
    let arguments = ["place", "--fleet", fleet, "--request", request]
    try expect(1, "--request \"\(request)\": \(message)", of: arguments)
    // Nothing is written of it.
    let folder = try TemporaryFolder()
    _ = try GSimProcess.run(arguments + ["--json", folder / "a.json"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
  }

  /// What can't be understood: exit 2.
  private static let wrong: [(request: String, message: String)] = [
    (
      "--gpus 16 --members 3",
      "--gpus 16 can't be divided among 3 members: give a multiple, or --gpus-per-member"
    ),
    ("", "nothing is asked for: give --gpus, --cores or --exclusive"),
    ("--members 4", "nothing is asked for: give --gpus, --cores or --exclusive"),
    ("--members 0 --gpus 8", "--members 0: give 1 to 1000000"),
    ("--gpus 0", "The value '0' is invalid for '--gpus <count>'"),
    ("--gpus 3.5", "The value '3.5' is invalid for '--gpus <count>'"),
    ("--gpus 8 --colour", "Unknown option '--colour'"),
    ("--gpus 8 more", "Unexpected argument 'more'"),
    (
      "--gpus 8 --gpus-per-member 2",
      "--gpus counts all and --gpus-per-member each: give one of them"
    ),
    (
      "--gpus 8 --even --spread pod",
      "--even keeps together and --spread apart: give one of them"
    ),
    ("--gpus 8 --exclude n[0-99]", "--exclude: the fleet has no node 'n4'"),
    (
      "--gpus 8 --nodelist n[",
      "--nodelist n[: hostlist, character 3: a number is expected here; "
        + "a hostlist looks like n[000-031]"
    ),
    (
      "--gpus 8 --residency Romania",
      "--residency: 'Romania' is no country; write two capital letters, or EU"
    ),
    ("--gpus 8 --segment 0:block", "The value '0:block' is invalid for '--segment"),
    ("--gpus 8 --prefer leaf", "The value 'leaf' is invalid for '--prefer"),
    ("--gpus 8 --within room", "The value 'room' is invalid for '--within"),
  ]

  @Test(arguments: wrong.indices) func `as wrongly written`(row: Int) throws {
    let (request, message) = Self.wrong[row]
    try expect(
      2, "--request \"\(request)\": \(message)",
      of: ["place", "--fleet", "4x8", "--request", request])
  }

  private static let options: [(more: [String], message: String)] = [
    ([], "Missing expected argument '--request <options> ...'"),
    (["--request", "--gpus 8", "--fill", "2"], "--fill 2.0: give 0 to 1"),
    (["--request", "--gpus 8", "--fill", "nan"], "--fill nan: give 0 to 1"),
    (["--request", "--gpus 8", "--repeat", "0"], "--repeat 0: give 1 to 10000000"),
    (["--request", "--gpus 8", "--colour"], "Unknown option '--colour'"),
  ]

  @Test(arguments: options.indices) func `as wrong options`(row: Int) throws {
    let (more, message) = Self.options[row]
    try expect(2, message, of: ["place", "--fleet", "4x8"] + more)
  }

  @Test func `to write over its fleet`() throws {
    let text = try String(contentsOfFile: gigafactory, encoding: .utf8)
    let fleet = TemporaryFile(text: text)
    try expect(
      2, "\(fleet.path) is what is read: write to another file",
      of: ["place", "--fleet", fleet.path, "--request", "--gpus 8", "--json", fleet.path])
    #expect(try String(contentsOfFile: fleet.path, encoding: .utf8) == text)
  }
}

@Suite struct `What gsim fill answers` {
  private static let keys = [
    "allocated_fraction_at", "failed", "fragmentation_fraction_at", "placement", "pods",
    "pods_and_order", "pods_per_cpu_s",
  ]

  private func fractions(_ document: [String: Any], _ key: String) throws -> [String: Double] {
    try #require(document[key] as? [String: Double])
  }

  @Test(arguments: ["random", "first-fit", "best-fit", "fgd", "epsilon-fgd", "muster"])
  func `has every key, in its range`(method: String) throws {
    let files = FillFiles()
    let document = try figures(files.arguments + ["--placement", method])
    #expect(document.keys.sorted() == Self.keys)
    #expect(document["placement"] as? String == method)
    #expect(document["pods_and_order"] as? String == "\(files.pods.path), \(files.order.path)")
    // 15,500 thousandths have come, 129 %, with 31 pods; the next reaches 130 %.
    let pods = try #require(document["pods"] as? Int)
    #expect(pods == 31)
    #expect((0..<pods).contains(try #require(document["failed"] as? Int)))
    #expect(try #require(document["pods_per_cpu_s"] as? Double) > 0)
    let allocated = try fractions(document, "allocated_fraction_at")
    let fragmented = try fractions(document, "fragmentation_fraction_at")
    let percents = ["80", "90", "100", "110", "120", "130"]
    #expect(Set(allocated.keys) == Set(percents) && Set(fragmented.keys) == Set(percents))
    for (percent, earlier) in zip(percents.dropFirst(), percents) {
      #expect(try #require(allocated[percent]) >= (try #require(allocated[earlier])))
    }
    for percent in percents {
      let (held, lost) = (try #require(allocated[percent]), try #require(fragmented[percent]))
      #expect(held > 0 && lost >= 0 && held + lost <= 1 + 1e-9)
    }
  }

  @Test func `stops when it is told, and when the order ends`() throws {
    let files = FillFiles()
    let short = try figures(files.arguments + ["--until", "90"])
    #expect(try fractions(short, "allocated_fraction_at").keys.sorted() == ["80", "90"])
    let one = FillFiles(order: "0\n")
    let brief = try figures(one.arguments)
    #expect(brief["pods"] as? Int == 1 && brief["failed"] as? Int == 0)
    #expect(try fractions(brief, "allocated_fraction_at").isEmpty)
  }

  @Test(arguments: [
    ["--placement", "random", "--seed", "9"], ["--placement", "fgd", "--ties", "random"],
    ["--node-order", "shuffle:3"],
  ])
  func `is the same twice, plain or gzip, but for the rate`(more: [String]) throws {
    let (files, packed) = (FillFiles(), FillFiles.packed())
    let one = try figures(files.arguments + more)
    let two = try figures(packed.arguments + more)
    #expect(one["failed"] as? Int == two["failed"] as? Int)
    for key in ["allocated_fraction_at", "fragmentation_fraction_at"] {
      #expect(try fractions(one, key) == (try fractions(two, key)))
    }
  }

  @Test func `goes to people as a table, and to a file as JSON`() throws {
    let (folder, files) = (try TemporaryFolder(), FillFiles())
    let outcome = try GSimProcess.run(files.arguments + ["--json", folder / "a.json"])
    #expect(outcome.code == 0 && outcome.errors == "")
    #expect(outcome.output.contains("\narrived  allocated  fragmented\n80 % "))
    #expect(outcome.output.contains("\n31 pods came, "))
    let document = try json(try String(contentsOfFile: folder / "a.json", encoding: .utf8))
    #expect(document.keys.sorted() == Self.keys)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.json"])
  }

  @Test func `names the default node order as it is typed, when asked for help`() throws {
    let outcome = try GSimProcess.run(["fill", "--help"])
    let words = outcome.output.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
    #expect(words.contains("shuffled by a seed. (default: name)"))
  }
}

@Suite struct `What gsim fill refuses` {
  private static let options: [(more: [String], message: String)] = [
    (["--until", "0"], "--until 0: give 1 to 10000 percent"),
    (["--epsilon", "9"], "--epsilon 9.0: give 0 to 8 accelerators"),
    (["--epsilon", "nan"], "--epsilon nan: give 0 to 8 accelerators"),
    (["--placement", "worst"], "The value 'worst' is invalid for '--placement <placement>'."),
    (["--ties", "first"], "The value 'first' is invalid for '--ties <ties>'."),
    (
      ["--node-order", "shuffle:x"],
      "The value 'shuffle:x' is invalid for '--node-order <name|shuffle:SEED>'"
    ),
    (
      ["--node-order", "shuffle"],
      "The value 'shuffle' is invalid for '--node-order <name|shuffle:SEED>'"
    ),
    (["--colour"], "Unknown option '--colour'"),
    (["more"], "Unexpected argument 'more'"),
  ]

  @Test(arguments: options.indices) func `as wrong options`(row: Int) throws {
    let (more, message) = Self.options[row]
    try expect(2, message, of: FillFiles().arguments + more)
  }

  @Test(arguments: 0..<3) func `without one of its files`(missing: Int) throws {
    var arguments = FillFiles().arguments
    let option = arguments[1 + missing * 2]
    arguments.removeSubrange(1 + missing * 2...2 + missing * 2)
    try expect(2, "Missing expected argument '\(option) <file>'", of: arguments)
  }

  /// Which file is wrong, its text, and what is said of it after its path.
  private static let contents: [(file: Int, text: String, message: String)] = [
    (
      0, "sn,cpu_milli,memory_mib,gpu,model\nn-0,32000,65536,0,\n",
      ": no node has accelerators: name a list of nodes that do"
    ),
    (
      0, "sn,cpu_milli,memory_mib,gpu,model\nn-0,1,1,4,A\nn-0,1,1,4,A\n",
      ": two nodes are named 'n-0': give one another name"
    ),
    (
      0,
      "sn,cpu_milli,memory_mib,gpu,model\n"
        + (100...163).map { "n-\($0),1,1,1,M\($0)\n" }.joined(),
      ": 64 models of accelerators, at most 63: leave some out"
    ),
    (
      0, podList,
      ":1:1: the header names no column sn; "
        + "let it name the columns sn, cpu_milli, memory_mib, gpu, model"
    ),
    (
      1, podList + "p-4,1,1,2,500,\n",
      ":6:1: 2 accelerators of 500 thousandths; "
        + "give whole accelerators 1000, one that is shared less, and none 0"
    ),
    (
      2, "0\n4\n",
      ":2:1: \"4\" is no pod from 0 to 3; "
        + "write a pod's place in the list, and a + where it is a copy"
    ),
  ]

  @Test(arguments: contents.indices) func `in its files, with the place`(row: Int) throws {
    let (file, text, message) = Self.contents[row]
    let files =
      switch file {
      case 0: FillFiles(nodes: text)
      case 1: FillFiles(pods: text)
      default: FillFiles(order: text)
      }
    try expect(1, files.all[file].path + message, of: files.arguments)
  }

  @Test func `what is empty or no file`() throws {
    let files = FillFiles(order: "")
    try expect(
      1, "no jobs in \(files.order.path): no line holds one; check that this is the file you mean",
      of: files.arguments)
    let folder = try TemporaryFolder()
    let good = FillFiles()
    let start = ["fill", "--nodes", good.nodes.path, "--pods", good.pods.path, "--order"]
    try expect(1, "\(folder.path): is a directory; name a file in it", of: start + [folder.path])
    let none = folder / "none"
    try expect(
      1,
      "\(none): cannot open: No such file or directory; check the path and its permissions",
      of: start + [none])
  }

  @Test(arguments: 0..<3) func `to write over what it reads`(file: Int) throws {
    let files = FillFiles()
    let path = files.all[file].path
    let before = try String(contentsOfFile: path, encoding: .utf8)
    try expect(
      2, "\(path) is what is read: write to another file", of: files.arguments + ["--json", path])
    let folder = try TemporaryFolder()
    let link = folder / "link"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
    try expect(
      2, "\(link) is what is read: write to another file", of: files.arguments + ["--json", link])
    #expect(try String(contentsOfFile: path, encoding: .utf8) == before)
  }
}

@Suite struct `What gsim fill answers of gangs` {
  private static let start = ["fill", "--fleet", "12x8", "--gangs", "1:6,2:3,8:1"]

  private static let keys = [
    "allocated_fraction", "failed", "fleet", "fragmentation_fraction", "gangs",
    "gangs_per_cpu_s", "inside_one_fraction", "measured_s", "offered_fraction", "placement",
    "refused_fraction", "slowdown", "strict",
  ]

  @Test func `has every key, in its range`() throws {
    let document = try figures(Self.start + ["--departures", "80", "--seed", "3"])
    #expect(document.keys.sorted() == Self.keys)
    #expect(document["fleet"] as? String == "12x8" && document["placement"] as? String == "muster")
    #expect(document["gangs"] as? Int == 100_000 && document["strict"] as? Bool == false)
    let offered = try #require(document["offered_fraction"] as? Double)
    let allocated = try #require(document["allocated_fraction"] as? Double)
    let refused = try #require(document["refused_fraction"] as? Double)
    #expect(abs(offered - 0.8) < 0.02)
    #expect(refused > 0 && abs(offered * (1 - refused) - allocated) < 0.02)
    // A flat fleet has no domains to be inside of.
    #expect((document["inside_one_fraction"] as? [String: Double]) == [:])
  }

  @Test(arguments: ["first-fit", "best-fit-domain", "most-free", "lifted", "muster"])
  func `compares ways of placing, on a fleet file`(method: String) throws {
    let cluster = gigafactory.replacing("gigafactory", with: "cluster-512")
    let document = try figures(
      ["fill", "--fleet", cluster, "--gangs", "1:3,4:1", "--placement", method, "--strict"])
    #expect(document["strict"] as? Bool == true)
    let inside = try #require(document["inside_one_fraction"] as? [String: Double])
    #expect(inside["leaf"] == 1)
    let lost = try #require(document["fragmentation_fraction"] as? [String: Double])
    #expect(lost.keys.sorted() == inside.keys.sorted())
    #expect(lost.values.allSatisfy { (0...1).contains($0) })
  }

  @Test func `goes to people as a table`() throws {
    let outcome = try GSimProcess.run(Self.start)
    #expect(outcome.code == 0 && outcome.errors == "")
    #expect(outcome.output.hasPrefix("12x8, muster\n\n"))
    #expect(outcome.output.contains("\n100,000 gangs came, "))
  }
}

@Suite struct `What gsim fill refuses of gangs` {
  private static let rows: [(more: [String], code: Int32, message: String)] = [
    (["--gangs", "typical"], 2, "--fleet and --gangs go together, and --strict with them"),
    (["--fleet", "4x8"], 2, "--fleet and --gangs go together, and --strict with them"),
    (
      ["--fleet", "4x8", "--gangs", "1:1", "--nodes", "n.csv"], 2,
      "--gangs: leave out --nodes, --pods and --order"
    ),
    (
      ["--fleet", "4x8", "--gangs", "1:1", "--placement", "fgd"], 2,
      "--placement fgd is not for gangs: give first-fit, best-fit-domain, most-free, lifted or "
    ),
    (["--fleet", "4x8", "--gangs", "1:1,1:2"], 2, "The value '1:1,1:2' is invalid for '--gangs"),
    (["--fleet", "4x8", "--gangs", "0:1"], 2, "The value '0:1' is invalid for '--gangs"),
    (["--fleet", "4x8", "--gangs", "1:"], 2, "The value '1:' is invalid for '--gangs"),
    (
      ["--fleet", "4x8", "--gangs", "5:1"], 1,
      "--gangs: 5 nodes for one gang, and no model has more than 4"
    ),
    (
      ["--nodes", "n", "--pods", "p", "--order", "o", "--placement", "lifted"], 2,
      "--placement lifted is for gangs: give --gangs too"
    ),
  ]

  @Test(arguments: rows.indices) func `with the reason`(row: Int) throws {
    let (more, code, message) = Self.rows[row]
    try expect(code, message, of: ["fill"] + more)
  }
}
