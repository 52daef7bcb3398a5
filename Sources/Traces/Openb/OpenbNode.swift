public import Units

/// A node of Alibaba's GPU cluster of 2023 (`openb_node_list_*.csv`; Weng et al. 2023, "Beware of
/// Fragmentation", USENIX ATC).
public struct OpenbNode: Equatable, Sendable {
  /// Its name.
  public var name: String
  /// Thousandths of a core.
  public var milliCores: Int
  /// Memory in MiB.
  public var memory: Int
  /// Accelerators.
  public var accelerators: Int
  /// Their model.
  public var model: String

  /// Reads a node list, plain or gzip, in the order of the names.
  ///
  /// - Throws: `TraceError` with file, line and column of what is wrong.
  public static func read(path: String) throws(TraceError) -> [OpenbNode] {
    let names = ["sn", "cpu_milli", "memory_mib", "gpu", "model"]
    let nodes = try CSVTable.read(path, columns: names) { row throws(LineFault) in
      OpenbNode(
        name: row.text(0) ?? "",
        milliCores: try row.required(1, "cpu_milli", in: 0...4_096_000),
        memory: try row.required(2, "memory_mib", in: 0...(1 << 29)),
        accelerators: try row.required(3, "gpu", in: 0...64),
        model: row.text(4) ?? "")
    }
    return nodes.sorted { $0.name < $1.name }
  }
}

/// A pod of the same cluster (`openb_pod_list_*.csv`).
public struct OpenbPod: Equatable, Sendable {
  /// Its name.
  public var name: String
  /// Thousandths of a core.
  public var milliCores: Int
  /// Memory in MiB.
  public var memory: Int
  /// Accelerators, 0…64.
  public var accelerators: Int
  /// Thousandths of each, 1000 for whole ones; a pod of several has whole ones.
  public var milli: Int
  /// The models it may have; empty for any.
  public var models: [String]
  /// How long it was there; nil where the list has no times.
  public var lifetime: TimeSpan?

  /// Reads a pod list, plain or gzip, in the order of the names.
  ///
  /// - Throws: `TraceError` with file, line and column of what is wrong.
  public static func read(path: String) throws(TraceError) -> [OpenbPod] {
    let names = ["name", "cpu_milli", "memory_mib", "num_gpu", "gpu_milli"]
    let optional = ["gpu_spec", "creation_time", "deletion_time"]
    let pods = try CSVTable.read(path, columns: names, optional: optional) {
      row throws(LineFault) in
      let count = try row.required(3, "num_gpu", in: 0...64)
      let milli = try row.required(4, "gpu_milli", in: 0...1000)
      guard (milli > 0) == (count > 0), milli == 1000 || count < 2 else {
        throw LineFault(
          column: 1, what: "\(count) accelerators of \(milli) thousandths",
          fix: "give whole accelerators 1000, one that is shared less, and none 0")
      }
      let times = 0...1_000_000_000
      let created = try row.number(6, "creation_time", in: times)
      let deleted = try row.number(7, "deletion_time", in: times)
      var lifetime: TimeSpan?
      if let created, let deleted {
        lifetime = TimeSpan(milliseconds: Int64(max(0, deleted - created)) * 1000)
      }
      return OpenbPod(
        name: row.text(0) ?? "",
        milliCores: try row.required(1, "cpu_milli", in: 0...4_096_000),
        memory: try row.required(2, "memory_mib", in: 0...(1 << 29)),
        accelerators: count, milli: milli,
        models: (row.text(5) ?? "").split(separator: "|").map(String.init), lifetime: lifetime)
    }
    return pods.sorted { $0.name < $1.name }
  }

  /// Reads an arrival order: a line is a pod's place in the order of the names, with a trailing
  /// `+` where the pod is a copy.
  ///
  /// - Parameter count: how many pods there are.
  /// - Throws: `TraceError` with file, line and column of what is wrong.
  public static func readOrder(path: String, of count: Int) throws(TraceError) -> [Int] {
    try LineTable.read(path) { text throws(LineFault) in
      let digits = text.hasSuffix("+") ? text.dropLast() : text[...]
      guard digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let index = Int(digits),
        (0..<count).contains(index)
      else {
        throw LineFault(
          column: 1, what: "\"\(text.shown)\" is no pod from 0 to \(count - 1)",
          fix: "write a pod's place in the list, and a + where it is a copy")
      }
      return index
    }
  }
}
