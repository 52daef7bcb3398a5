internal import Units

/// Microsoft's Philly trace (Jeon et al. 2019, "Analysis of Large-Scale Multi-Tenant GPU Clusters
/// for DNN Training Workloads", USENIX ATC) as CSV: when, how long in seconds, how many.
///
/// Its timestamps name no zone and are read as UTC. Equal lines are kept: users submit the same
/// job twice.
struct PhillyRows: RowReader {
  private let header: CSVHeader
  private let rules = NumberRules(unit: .seconds, marksUnknown: false, counted: "accelerators")

  init(header line: borrowing Span<UInt8>) throws(LineFault) {
    header = try CSVHeader(line, wanted: ["timestamp", "duration", "num_gpus"])
  }

  func row(in line: borrowing Span<UInt8>) throws(LineFault) -> Row {
    guard line.firstNonBlank(from: 0) < line.count else { return .nothing }
    let fields = try CSVFields(line, of: header)
    let submitted = try Timestamp.read(line, fields.first)
    let runTime = try rules.time(.runTime, in: line, field: fields.second)
    let size = try rules.size(in: line, field: fields.third)
    guard size > 0 else { return .skipped(.sizeZero) }
    return .job(
      TraceJob(
        submitted: submitted,
        runTime: TimeSpan(milliseconds: runTime), requestedTime: nil, size: UInt32(size)))
  }
}
