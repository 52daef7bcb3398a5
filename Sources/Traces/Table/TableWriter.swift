internal import Units

/// Writes jobs as Muster's own CSV, which reads back as the same jobs.
///
/// A line at a time, so that a file may be longer than the memory.
public struct TableWriter: Sendable {
  private let names: TraceNames

  /// A writer for jobs whose numbers stand for these names.
  public init(names: TraceNames = TraceNames()) { self.names = names }

  /// The first line.
  public static var header: String {
    TableColumns.muster.columns.map(\.name).joined(separator: ",") + "\n"
  }

  /// Appends the line of a job, which was submitted between 1970 and 9999 and ran for a time ≥ 0.
  public func append(_ job: TraceJob, to out: inout [UInt8]) {
    Timestamp.append(job.submitted, to: &out)
    out.append(UInt8(ascii: "Z"))
    append(job.runTime, to: &out)
    out += ",\(job.size),".utf8
    if job.members > 0 { out += "\(job.members)".utf8 }
    if let limit = job.requestedTime { append(limit, to: &out) } else { out += ",".utf8 }
    append(names.user(job.user), to: &out)
    append(names.account(job.account), to: &out)
    append(names.mode(job.mode), to: &out)
    out += ",\(job.within.word),\(job.outcome.word)".utf8
    append(names.terms(job.terms), to: &out)
    out.append(UInt8(ascii: "\n"))
  }

  /// The whole file, header first.
  public func file(of jobs: [TraceJob]) -> [UInt8] {
    var out = Array(Self.header.utf8)
    let bytesPerLine = 80
    out.reserveCapacity(out.count + jobs.count * bytesPerLine)
    for job in jobs { append(job, to: &out) }
    return out
  }

  private func append(_ terms: TraceTerms, to out: inout [UInt8]) {
    append(terms.models.isEmpty ? nil : terms.modelWords, to: &out)
    out += ",\(terms.segmentWord)".utf8
    for span in [terms.checkpointEvery, terms.restart] {
      if let span { append(span, to: &out) } else { out.append(UInt8(ascii: ",")) }
    }
  }

  /// Seconds, with as many decimals as the milliseconds need.
  private func append(_ span: TimeSpan, to out: inout [UInt8]) {
    let (seconds, rest) = span.milliseconds.quotientAndRemainder(dividingBy: 1000)
    precondition(seconds >= 0 && rest >= 0, "a time of \(span.milliseconds) ms")
    out += ",\(seconds)".utf8
    guard rest > 0 else { return }
    out += ".\(rest / 100)\(rest / 10 % 10)\(rest % 10)".utf8
  }

  /// A name, quoted where it would break the line.
  private func append(_ name: String?, to out: inout [UInt8]) {
    out.append(UInt8(ascii: ","))
    guard let name else { return }
    let needsQuotes = name.utf8.contains { $0 == 0x2C || $0 == 0x22 || $0 <= 0x20 }
    guard needsQuotes else {
      out += name.utf8
      return
    }
    // A line is one job: a line end within a name becomes a blank.
    let line = name.map { $0.isNewline ? " " : $0 == "\"" ? "\"\"" : String($0) }.joined()
    out += "\"\(line)\"".utf8
  }
}
