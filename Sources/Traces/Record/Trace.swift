internal import Units

/// The jobs of one trace file, and what was found on the way to them.
public struct Trace: Sendable, Equatable {
  /// What the format is called: that of `TraceFormat`, or of a table's description.
  public let format: String
  /// The jobs by time of submission; those of one instant stand as in the file.
  public let jobs: [TraceJob]
  /// Whom and what the jobs' numbers stand for.
  public let names: TraceNames
  /// The lines of the file that gave no job, by reason; only reasons that occurred.
  public let skipped: [SkippedJobs]
  /// How many of `jobs` do not tell what time they asked for.
  public let missingRequestedTimes: Int
  /// How many of `jobs` ran longer than they asked for.
  public let overruns: Int
  /// How many jobs of the file were submitted before the one on the line above.
  public let inversions: Int

  /// A trace of jobs that are already in order of submission.
  public init(
    format: TraceFormat, jobs: [TraceJob], names: TraceNames = TraceNames(),
    skipped: [SkippedJobs] = []
  ) {
    self.init(called: format.rawValue, jobs: jobs, names: names, skipped: skipped)
  }

  /// A trace from elsewhere than a file of these formats; its jobs are in order of submission.
  public init(
    called format: String, jobs: [TraceJob], names: TraceNames, skipped: [SkippedJobs] = []
  ) {
    self.init(called: format, jobs: jobs, names: names, skipped: skipped, inversions: 0)
  }

  init(
    called format: String, jobs: [TraceJob], names: TraceNames, skipped: [SkippedJobs],
    inversions: Int
  ) {
    var missing = 0
    var overruns = 0
    for job in jobs {
      guard let requested = job.requestedTime else {
        missing += 1
        continue
      }
      if job.runTime > requested { overruns += 1 }
    }
    self.format = format
    self.jobs = jobs
    self.names = names
    self.skipped = skipped
    self.missingRequestedTimes = missing
    self.overruns = overruns
    self.inversions = inversions
  }

  /// The same trace with some of its jobs alone, in order.
  public func with(_ jobs: [TraceJob]) -> Trace {
    Trace(called: format, jobs: jobs, names: names, skipped: skipped, inversions: inversions)
  }

  /// What a file is taken for.
  public enum Reading: Sendable {
    /// What its first line tells; times of `sacct` without a zone are so many seconds east of UTC.
    case recognised(zoneSeconds: Int = 0)
    /// A format.
    case format(TraceFormat, zoneSeconds: Int = 0)
    /// A table whose columns are described.
    case table(TableColumns)
  }

  /// Reads a trace, plain or gzip.
  ///
  /// `limit` keeps the first so many jobs by submission: the whole file is read all the same, as
  /// a job further down may have come earlier. O(bytes), and O(jobs · log jobs) more where the
  /// file is out of order.
  public static func read(
    path: String, as reading: Reading = .recognised(), limit: Int? = nil
  ) throws(TraceError) -> Trace {
    precondition(limit ?? 0 >= 0, "a limit of \(limit ?? 0) jobs")
    var collector = RowCollector(path: path)
    do {
      try collector.read(as: reading)
    } catch {
      throw .unreadable(error)
    }
    return try collector.trace(limit: limit)
  }

  /// Reads a trace of a format, or of the one that its first line tells.
  public static func read(
    path: String, format: TraceFormat?, limit: Int? = nil
  ) throws(TraceError) -> Trace {
    try read(path: path, as: format.map { .format($0) } ?? .recognised(), limit: limit)
  }
}
