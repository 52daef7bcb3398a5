internal import Units

/// The Standard Workload Format (Chapin et al. 1999, "Benchmarks and Standards for the Evaluation
/// of Parallel Job Schedulers", §4): 18 numbers a line, -1 for unknown, comments behind `;`.
///
/// Files of 17 columns lack the last one, the think time, which no replay needs. Every column is
/// checked to be a number, also those that are not used: a letter there says that the line is not
/// what it seems.
struct SWFRows: RowReader {
  private static let columns = 18
  private let rules = NumberRules(unit: .seconds, marksUnknown: true, counted: "processors")

  /// The columns that make a job.
  private struct Record {
    var submitTime = NumberRules.unknown
    var runTime = NumberRules.unknown
    var size = NumberRules.unknown
    var requestedTime = NumberRules.unknown
    var user: UInt32 = 0
  }

  func row(in line: borrowing Span<UInt8>) throws(LineFault) -> Row {
    var place = line.firstNonBlank(from: 0)
    guard place < line.count, line[place] != UInt8(ascii: ";") else { return .nothing }
    var record = Record()
    var column = 0
    while place < line.count {
      column += 1
      guard column <= Self.columns else {
        throw wrongCount("more than \(Self.columns) columns", at: place)
      }
      let number = Decimal(line, from: place, to: line.count)
      guard number.end == line.count || line[number.end].isBlank, number.reading != .absent else {
        throw notANumber(column, in: line, at: place)
      }
      try take(number, column, into: &record, in: line, at: place)
      place = line.firstNonBlank(from: number.end)
    }
    guard column >= Self.columns - 1 else {
      throw wrongCount(column == 1 ? "1 column" : "\(column) columns", at: line.count)
    }
    return meaning(of: record)
  }

  @inline(__always)
  private func take(
    _ number: Decimal, _ column: Int, into record: inout Record,
    in line: borrowing Span<UInt8>, at place: Int
  ) throws(LineFault) {
    switch column {
    case 2: record.submitTime = try rules.time(number, .submitTime, in: line, at: place)
    case 4: record.runTime = try rules.time(number, .runTime, in: line, at: place)
    case 5, 8: record.size = max(record.size, try rules.size(number, in: line, at: place))
    case 9: record.requestedTime = try rules.time(number, .requestedTime, in: line, at: place)
    case 12: record.user = number.user
    default: break
    }
  }

  private func meaning(of record: Record) -> Row {
    guard record.submitTime >= 0 else { return .skipped(.submitTimeUnknown) }
    guard record.runTime >= 0 else { return .skipped(.runTimeUnknown) }
    guard record.size != 0 else { return .skipped(.sizeZero) }
    guard record.size > 0 else { return .skipped(.sizeUnknown) }
    // Some archives write 0 where a job asked for nothing; no job can mean that.
    let requested = record.requestedTime > 0 ? record.requestedTime : nil
    return .job(
      TraceJob(
        submitted: Instant(milliseconds: record.submitTime),
        runTime: TimeSpan(milliseconds: record.runTime),
        requestedTime: requested.map { TimeSpan(milliseconds: $0) },
        size: UInt32(record.size), user: record.user))
  }

  @inline(never)
  private func notANumber(
    _ column: Int, in line: borrowing Span<UInt8>, at place: Int
  ) -> LineFault {
    var end = place
    while end < line.count, !line[end].isBlank { end += 1 }
    if let beyond = line.firstBeyondASCII(place..<end) {
      return .notASCII(line[beyond], column: place + 1)
    }
    let meaning: NumberColumn? =
      switch column {
      case 2: .submitTime
      case 4: .runTime
      case 5, 8: .size
      case 9: .requestedTime
      default: nil
      }
    return rules.notANumber(meaning, in: line, field: place..<end)
  }

  @inline(never)
  private func wrongCount(_ found: String, at place: Int) -> LineFault {
    LineFault(
      column: place + 1, what: "\(found), where SWF has \(Self.columns)",
      fix: "complete the line or remove it")
  }
}
