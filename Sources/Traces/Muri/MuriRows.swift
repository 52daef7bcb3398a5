internal import Units

/// Muri's traces (Zhao et al. 2022, "Multi-resource interleaving for deep learning training",
/// SIGCOMM): CSV with times in milliseconds, counted from the first submission.
struct MuriRows: RowReader {
  private let header: CSVHeader
  private let rules = NumberRules(
    unit: .milliseconds, marksUnknown: false, counted: "accelerators")

  init(header line: borrowing Span<UInt8>) throws(LineFault) {
    header = try CSVHeader(line, wanted: ["num_gpu", "submit_time", "duration"])
  }

  func row(in line: borrowing Span<UInt8>) throws(LineFault) -> Row {
    guard line.firstNonBlank(from: 0) < line.count else { return .nothing }
    let fields = try CSVFields(line, of: header)
    let size = try rules.size(in: line, field: fields.first)
    let submitted = try rules.time(.submitTime, in: line, field: fields.second)
    let runTime = try rules.time(.runTime, in: line, field: fields.third)
    guard size > 0 else { return .skipped(.sizeZero) }
    return .job(
      TraceJob(
        submitted: Instant(milliseconds: submitted),
        runTime: TimeSpan(milliseconds: runTime), requestedTime: nil, size: UInt32(size)))
  }
}
