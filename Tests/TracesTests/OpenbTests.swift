import Gzip
import TestFiles
import Testing
import Traces
import Units

private let nodeHeader = "sn,cpu_milli,memory_mib,gpu,model\n"
private let podHeader = "name,cpu_milli,memory_mib,num_gpu,gpu_milli\n"

/// A small valid file of each kind.
private enum Sample: String, CaseIterable {
  case nodes, pods, order

  var text: String {
    switch self {
    case .nodes:
      nodeHeader + "n-1,64000,262144,2,P100\r\nn-0,96000,393216,8,V100M32\n\nn-2,32000,1024,0,\n"
    case .pods:
      "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,creation_time,deletion_time\n"
        + "p-2,12000,16384,1,1000,,LS,0,12537496\r\n"
        + "p-0,6000,12288,1,460,V100M16|V100M32,LS,427061,12902960\n"
        + "p-1,8000,16384,0,0,,BE,9,\n"
    case .order: "2\n0\n1\n0+\r\n\n2+\n"
    }
  }
}

/// What reading such a file complains about, the file's name replaced by `FILE`; empty if nothing.
private func complaint(_ bytes: [UInt8], as kind: Sample) -> String {
  let file = TemporaryFile(bytes)
  do throws(TraceError) {
    switch kind {
    case .nodes: _ = try OpenbNode.read(path: file.path)
    case .pods: _ = try OpenbPod.read(path: file.path)
    case .order: _ = try OpenbPod.readOrder(path: file.path, of: 3)
    }
    return ""
  } catch {
    return "\(error)".split(separator: file.path, omittingEmptySubsequences: false)
      .joined(separator: "FILE")
  }
}

private func complaint(_ text: String, as kind: Sample) -> String {
  complaint(Array(text.utf8), as: kind)
}

@Suite struct `The openb readers` {
  @Test(arguments: [false, true])
  func `give nodes by name, plain or gzip`(isPacked: Bool) throws {
    let bytes = Array(Sample.nodes.text.utf8)
    let file = TemporaryFile(isPacked ? StoredGzip.stream(of: bytes) : bytes)
    let nodes = try OpenbNode.read(path: file.path)
    #expect(nodes.map(\.name) == ["n-0", "n-1", "n-2"])
    #expect(nodes.map(\.milliCores) == [96_000, 64_000, 32_000])
    #expect(nodes.map(\.memory) == [393_216, 262_144, 1024])
    #expect(nodes.map(\.accelerators) == [8, 2, 0])
    #expect(nodes.map(\.model) == ["V100M32", "P100", ""])
  }

  @Test(arguments: [false, true])
  func `give pods by name, plain or gzip`(isPacked: Bool) throws {
    let bytes = Array(Sample.pods.text.utf8)
    let file = TemporaryFile(isPacked ? StoredGzip.stream(of: bytes) : bytes)
    let pods = try OpenbPod.read(path: file.path)
    #expect(pods.map(\.name) == ["p-0", "p-1", "p-2"])
    #expect(pods.map(\.milliCores) == [6000, 8000, 12_000])
    #expect(pods.map(\.memory) == [12_288, 16_384, 16_384])
    #expect(pods.map(\.accelerators) == [1, 0, 1])
    #expect(pods.map(\.milli) == [460, 0, 1000])
    #expect(pods.map(\.models) == [["V100M16", "V100M32"], [], []])
    // A pod that was still there when the trace ended has no lifetime.
    #expect(pods.map(\.lifetime) == [.seconds(12_475_899), nil, .seconds(12_537_496)])
  }

  @Test func `give pods without lifetimes where the list has no times`() throws {
    let text = "gpu_milli,num_gpu,gpu_spec,name,memory_mib,cpu_milli\n1000,8,G3,p,1,2\n"
    let file = TemporaryFile(text: text)
    let pods = try OpenbPod.read(path: file.path)
    #expect(pods.map(\.name) == ["p"] && pods.map(\.models) == [["G3"]])
    #expect(pods.map(\.milliCores) == [2] && pods.map(\.memory) == [1])
    #expect(pods.map(\.accelerators) == [8] && pods.map(\.milli) == [1000])
    #expect(pods.map(\.lifetime) == [nil])
  }

  @Test func `take a pod that ends before it begins for one that ends at once`() throws {
    let text = "creation_time,deletion_time," + podHeader + "9,4,p,1,1,0,0\n"
    let file = TemporaryFile(text: text)
    #expect(try OpenbPod.read(path: file.path).map(\.lifetime) == [.zero])
  }

  @Test(arguments: [false, true])
  func `give an order with its copies, plain or gzip`(isPacked: Bool) throws {
    let bytes = Array(Sample.order.text.utf8)
    let file = TemporaryFile(isPacked ? StoredGzip.stream(of: bytes) : bytes)
    #expect(try OpenbPod.readOrder(path: file.path, of: 3) == [2, 0, 1, 0, 2])
  }

  @Test func `number lines as an editor does`() {
    let text = nodeHeader + "\n\r\nn,1,1,1\n"
    #expect(
      complaint(text, as: .nodes)
        == "FILE:4:1: 4 columns where the header has 5; complete the line or remove it")
  }
}

/// What is wrong with a file, and what is said of it.
private struct Broken: Sendable, CustomTestStringConvertible {
  var kind: Sample
  var text: String
  var complaint: String

  init(_ kind: Sample, _ text: String, _ complaint: String) {
    self.kind = kind
    self.text = text
    self.complaint = complaint
  }

  var testDescription: String { "\(kind): \(complaint)" }
}

private let nodeNames = "let it name the columns sn, cpu_milli, memory_mib, gpu, model"
private let podNames = "let it name the columns name, cpu_milli, memory_mib, num_gpu, gpu_milli"
private let parts = "give whole accelerators 1000, one that is shared less, and none 0"
private let orderFix = "write a pod's place in the list, and a + where it is a copy"
private let noJobs = "no jobs in FILE: no line holds one; check that this is the file you mean"

private let brokenHeaders = [
  Broken(.nodes, "", noJobs),
  Broken(.nodes, "\n\r\n", noJobs),
  Broken(.nodes, nodeHeader, noJobs),
  Broken(.pods, podHeader, noJobs),
  Broken(.order, "\n\n", noJobs),
  Broken(
    .nodes, "sn,cpu_milli,memory_mib,gpu\nn,1,1,1\n",
    "FILE:1:1: the header names no column model; \(nodeNames)"),
  Broken(
    .pods, "name,cpu_milli,memory_mib,gpu_milli\np,1,1,1\nq,1,1,1\n",
    "FILE:1:1: the header names no column num_gpu; \(podNames)"),
  Broken(
    .nodes, "sn,cpu_milli,memory_mib,gpu,model,sn\nn,1,1,1,m,n\n",
    "FILE:1:1: the header names sn twice; rename one of the two columns"),
  Broken(
    .pods, "gpu_spec,gpu_spec," + podHeader,
    "FILE:1:1: the header names gpu_spec twice; rename one of the two columns"),
]

private let brokenNodes = [
  Broken(
    .nodes, nodeHeader + "n,1,1,1\n",
    "FILE:2:1: 4 columns where the header has 5; complete the line or remove it"),
  Broken(
    .nodes, nodeHeader + "n,1,1,1,m,\n",
    "FILE:2:1: 6 columns where the header has 5; complete the line or remove it"),
  Broken(
    .nodes, nodeHeader + "n,-1,1,1,m\n",
    "FILE:2:3: cpu_milli: \"-1\" is no number from 0 to 4096000; write a whole number"),
  Broken(
    .nodes, nodeHeader + "n,1,536870913,1,m\n",
    "FILE:2:5: memory_mib: \"536870913\" is no number from 0 to 536870912; write a whole number"),
  Broken(
    .nodes, nodeHeader + "node,1,1,65,m\n",
    "FILE:2:10: gpu: \"65\" is no number from 0 to 64; write a whole number"),
  Broken(
    .nodes, nodeHeader + "n,1.5,1,1,m\n",
    "FILE:2:3: cpu_milli: \"1.5\" is no number from 0 to 4096000; write a whole number"),
  Broken(
    .nodes, nodeHeader + "n,1,,1,m\n",
    "FILE:2:5: memory_mib: nothing stands here; write a whole number"),
]

private let brokenPods = [
  Broken(
    .pods, podHeader + "p,1,1,2,500\n", "FILE:2:1: 2 accelerators of 500 thousandths; \(parts)"),
  Broken(
    .pods, podHeader + "p,1,1,0,500\n", "FILE:2:1: 0 accelerators of 500 thousandths; \(parts)"),
  Broken(.pods, podHeader + "p,1,1,1,0\n", "FILE:2:1: 1 accelerators of 0 thousandths; \(parts)"),
  Broken(
    .pods, podHeader + "p,1,1,-1,0\n",
    "FILE:2:7: num_gpu: \"-1\" is no number from 0 to 64; write a whole number"),
  Broken(
    .pods, podHeader + "p,1,1,1,1001\n",
    "FILE:2:9: gpu_milli: \"1001\" is no number from 0 to 1000; write a whole number"),
  Broken(
    .pods, podHeader + "p,1,99999999999999999999,0,0\n",
    "FILE:2:5: memory_mib: \"99999999999999999999\" is no number from 0 to 536870912; "
      + "write a whole number"),
  Broken(
    .pods, "creation_time," + podHeader + "-5,p,1,1,0,0\n",
    "FILE:2:1: creation_time: \"-5\" is no number from 0 to 1000000000; write a whole number"),
]

private let brokenOrders = [
  Broken(.order, "0\n3\n", "FILE:2:1: \"3\" is no pod from 0 to 2; \(orderFix)"),
  Broken(.order, "-1\n", "FILE:1:1: \"-1\" is no pod from 0 to 2; \(orderFix)"),
  Broken(.order, "1++\n", "FILE:1:1: \"1++\" is no pod from 0 to 2; \(orderFix)"),
  Broken(.order, "+1\n", "FILE:1:1: \"+1\" is no pod from 0 to 2; \(orderFix)"),
  Broken(.order, "-0\n", "FILE:1:1: \"-0\" is no pod from 0 to 2; \(orderFix)"),
  Broken(.order, "+\n", "FILE:1:1: \"+\" is no pod from 0 to 2; \(orderFix)"),
  Broken(.order, "p-0\n", "FILE:1:1: \"p-0\" is no pod from 0 to 2; \(orderFix)"),
]

@Suite struct `A broken openb file` {
  @Test(arguments: brokenHeaders + brokenNodes + brokenPods + brokenOrders)
  private func `is refused with the place, the fact and the fix`(row: Broken) {
    #expect(complaint(row.text, as: row.kind) == row.complaint)
    #expect(complaint(StoredGzip.stream(of: Array(row.text.utf8)), as: row.kind) == row.complaint)
  }

  @Test(arguments: Sample.allCases)
  private func `with an over-long line is refused by its number`(kind: Sample) {
    let long = String(repeating: "7", count: 65_537) + "\n"
    let lines = kind.text.utf8.count { $0 == UInt8(ascii: "\n") }
    #expect(
      complaint(kind.text + long, as: kind)
        == "FILE:\(lines + 1):1: the line is longer than 65536 bytes; "
        + "check that this is a trace, and break its lines")
  }

  @Test func `shows ten wrong lines and counts the rest`() {
    let lines = complaint(String(repeating: "9\n", count: 14), as: .order).split(separator: "\n")
    #expect(lines.count == 11)
    #expect(lines[9] == "FILE:10:1: \"9\" is no pod from 0 to 2; \(orderFix)")
    #expect(lines[10] == "… and 4 more")
  }

  @Test func `that is none, or a directory, is told`() {
    let directory = "/"
    let missing = TemporaryFile(text: "").path + "-none"
    #expect(throws: TraceError.unreadable(.isDirectory(path: directory))) {
      try OpenbNode.read(path: directory)
    }
    #expect(throws: TraceError.unreadable(.isDirectory(path: directory))) {
      try OpenbPod.readOrder(path: directory, of: 1)
    }
    let reason = "No such file or directory"
    #expect(throws: TraceError.unreadable(.cannotOpen(path: missing, reason: reason))) {
      try OpenbPod.read(path: missing)
    }
  }

  @Test(arguments: Sample.allCases)
  private func `cut short in gzip is told`(kind: Sample) {
    let whole = StoredGzip.stream(of: Array(kind.text.utf8))
    let text = complaint(Array(whole.dropLast(10)), as: kind)
    #expect(text.hasPrefix("FILE: the gzip data is cut short after "), "\(text)")
  }
}

@Suite struct `Any mutilated openb file` {
  /// What must hold of every outcome: good values, or an error that names the file.
  private static func check(_ bytes: [UInt8], as kind: Sample, _ comment: Comment) {
    let file = TemporaryFile(bytes)
    do throws(TraceError) {
      try checkValues(of: file, as: kind, comment)
    } catch {
      switch error {
      case .unreadable, .noJobs: #expect("\(error)".contains(file.path), comment)
      case .malformed(let trace):
        #expect(trace.faults.count == min(trace.total, MalformedTrace.shown), comment)
        for fault in trace.faults { #expect(fault.line > 0 && fault.column > 0, comment) }
        #expect("\(error)".hasPrefix("\(file.path):\(trace.faults[0].line):"), comment)
        // Neither a terminal nor a log can be played tricks with what stands in a file.
        #expect("\(error)".utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x0A }, comment)
      }
    }
  }

  private static func checkValues(
    of file: TemporaryFile, as kind: Sample, _ comment: Comment
  ) throws(TraceError) {
    switch kind {
    case .nodes:
      let nodes = try OpenbNode.read(path: file.path)
      #expect(nodes.map(\.name) == nodes.map(\.name).sorted(), comment)
      #expect(nodes.allSatisfy { (0...64).contains($0.accelerators) }, comment)
      #expect(nodes.allSatisfy { $0.milliCores >= 0 && $0.memory >= 0 }, comment)
    case .pods:
      let pods = try OpenbPod.read(path: file.path)
      #expect(pods.map(\.name) == pods.map(\.name).sorted(), comment)
      #expect(pods.allSatisfy { ($0.milli > 0) == ($0.accelerators > 0) }, comment)
      #expect(pods.allSatisfy { $0.milli == 1000 || $0.accelerators < 2 }, comment)
      #expect(pods.allSatisfy { $0.lifetime ?? .zero >= .zero }, comment)
    case .order:
      let order = try OpenbPod.readOrder(path: file.path, of: 3)
      #expect(!order.isEmpty && order.allSatisfy { (0..<3).contains($0) }, comment)
    }
  }

  @Test(arguments: Sample.allCases)
  private func `gives good values or an error with a place`(kind: Sample) {
    for seed in 0..<600 as Range<UInt64> {
      var mutator = Mutator(generator: SeededGenerator(seed: seed))
      Self.check(mutator.mutated(Array(kind.text.utf8)), as: kind, "seed \(seed)")
    }
  }

  @Test(arguments: Sample.allCases)
  private func `is survived when it is compressed, too`(kind: Sample) {
    for seed in 0..<400 as Range<UInt64> {
      var mutator = Mutator(generator: SeededGenerator(seed: seed))
      let packed = StoredGzip.stream(of: Array(kind.text.utf8))
      Self.check(mutator.mutated(packed), as: kind, "seed \(seed)")
    }
  }

  @Test(arguments: Sample.allCases)
  private func `is told in plain characters, and briefly`(kind: Sample) {
    let noise = String(repeating: "\u{1B}]0;x\u{7}", count: 2000)
    let header = kind == .nodes ? nodeHeader : kind == .pods ? podHeader : ""
    let line = kind == .order ? noise : "n,\(noise),1,1,1"
    let text = complaint(header + line, as: kind)
    #expect(text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F })
    #expect(text.utf8.count < 300)
  }
}
