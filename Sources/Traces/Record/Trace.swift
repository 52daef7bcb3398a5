internal import Units

/// The jobs of one trace file, and what was found on the way to them.
public struct Trace: Sendable, Equatable {
  /// How the file was written.
  public let format: TraceFormat
  /// The jobs by time of submission; those of one instant stand as in the file.
  public let jobs: [TraceJob]
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
    format: TraceFormat, jobs: [TraceJob], skipped: [SkippedJobs] = [], inversions: Int = 0
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
    self.skipped = skipped
    self.missingRequestedTimes = missing
    self.overruns = overruns
    self.inversions = inversions
  }

  /// Reads a trace, plain or gzip; without a format, the first line tells it.
  ///
  /// `limit` keeps the first so many jobs by submission: the whole file is read all the same, as
  /// a job further down may have come earlier. O(bytes), and O(jobs · log jobs) more where the
  /// file is out of order.
  public static func read(
    path: String, format: TraceFormat? = nil, limit: Int? = nil
  ) throws(TraceError) -> Trace {
    precondition(limit ?? 0 >= 0, "a limit of \(limit ?? 0) jobs")
    var collector = RowCollector(path: path)
    do {
      try collector.read(as: format)
    } catch {
      throw .unreadable(error)
    }
    return try collector.trace(limit: limit)
  }
}
