public import Gzip

/// Why a trace cannot be used.
public enum TraceError: Error, Equatable, Sendable {
  /// The bytes of the file cannot be had.
  case unreadable(ByteFileError)
  /// Lines of the file are not what its format asks for.
  case malformed(MalformedTrace)
  /// The file is empty, or holds no line that gives a job.
  case noJobs(path: String, skipped: [SkippedJobs])
}

extension TraceError: CustomStringConvertible {
  /// What is wrong, where, and what to do about it; a line for each malformed line shown.
  public var description: String {
    switch self {
    case .unreadable(let error): return error.description
    case .malformed(let trace): return trace.description
    case .noJobs(let path, let skipped):
      guard !skipped.isEmpty else {
        return "no jobs in \(path): no line holds one; check that this is the file you mean"
      }
      let reasons = skipped.map { "\($0.count) \($0.reason)" }.joined(separator: ", ")
      return "no jobs in \(path): every line was skipped (\(reasons)); name another trace"
    }
  }
}

/// The malformed lines of one file.
public struct MalformedTrace: Equatable, Sendable, CustomStringConvertible {
  /// The file.
  public let path: String
  /// The first of them, at most `shown`.
  public let faults: [LineFault]
  /// How many malformed lines the file has.
  public let total: Int

  /// How many malformed lines are kept to be shown: enough to see what they have in common.
  public static var shown: Int { 10 }

  /// One line each, `FILE:LINE:COLUMN: what; fix`, and the number of those not shown.
  public var description: String {
    var lines = faults.map { "\(path):\($0.line):\($0.column): \($0.what); \($0.fix)" }
    if total > faults.count { lines.append("… and \(total - faults.count) more") }
    return lines.joined(separator: "\n")
  }
}

/// What is wrong with one line of a trace.
public struct LineFault: Error, Equatable, Sendable {
  /// The number of the line, counted from 1.
  public internal(set) var line = 0
  /// The first byte of the field at fault, counted from 1.
  public let column: Int
  /// What stands there, as a fact.
  public let what: String
  /// What to do about it.
  public let fix: String

  init(column: Int, what: String, fix: String) {
    self.column = column
    self.what = what
    self.fix = fix
  }
}
