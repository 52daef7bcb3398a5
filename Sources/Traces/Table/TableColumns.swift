/// What the columns of a table of jobs mean: all that a reader needs to know of it.
///
/// Slurm's `sacct` and Muster's own CSV are such descriptions, too.
public struct TableColumns: Sendable, Hashable {
  /// What a column tells of a job.
  public enum Meaning: String, CaseIterable, Sendable {
    /// When it was submitted.
    case submitted
    /// From when on it might have started; a replay submits it then, if that is later.
    case eligible
    /// When it started; unknown where it never did.
    case started
    /// When it ended; unknown while it runs.
    case ended
    /// How long it ran.
    case runTime = "run-time"
    /// How long it asked to run.
    case timeLimit = "time-limit"
    /// How many accelerators it held.
    case size
    /// How many processors it held: its size where no job of the table held accelerators.
    case processors
    /// Over how many nodes it was spread.
    case members
    /// Who submitted it.
    case user
    /// Whom it was charged to.
    case account
    /// The access mode it ran under.
    case mode
    /// The one domain that had to hold it: site, pod, leaf or block.
    case within
    /// The accelerator models that it might have, the best first, parted by `|`.
    case model
    /// How many of its nodes had to be together, such as `16:block`.
    case segment
    /// How long after one it made the next checkpoint.
    case checkpointEvery = "checkpoint-every"
    /// How long it took to be where its checkpoint was.
    case restart
    /// How it ended, or that it has not.
    case state
    /// Its number; a line whose number has a point in it is a step of a job.
    case number
  }

  /// How a value is written.
  public enum Form: String, CaseIterable, Sendable {
    /// Words; a plain number for sizes.
    case plain
    /// `2026-03-01 07:01:55`, `…T07:01:55.25+02:00`; or digits alone, which are Unix seconds.
    case date
    /// Seconds.
    case seconds = "s"
    /// Milliseconds.
    case milliseconds = "ms"
    /// Minutes.
    case minutes = "min"
    /// Hours.
    case hours = "h"
    /// `3-07:01:55`, `07:01:55` or `01:55`: days, hours, minutes, seconds.
    case clock
    /// Slurm's trackable resources, `cpu=8,gres/gpu:h100=4`, of which the accelerators count.
    case resources
  }

  /// One column. Several may tell the same: the first that is there and tells anything is taken.
  public struct Column: Sendable, Hashable {
    /// What it tells.
    public var meaning: Meaning
    /// What the header calls it.
    public var name: String
    /// How its values are written.
    public var form: Form
    /// Values that tell nothing; nor does an empty one.
    public var unknown: [String]

    /// A column whose empty values alone tell nothing, unless told otherwise.
    public init(_ meaning: Meaning, _ name: String, _ form: Form, unknown: [String] = []) {
      self.meaning = meaning
      self.name = name
      self.form = form
      self.unknown = unknown
    }
  }

  /// Which lines count, by the values of a column.
  public struct Filter: Sendable, Hashable {
    /// What the header calls the column.
    public var column: String
    /// The values that it is about.
    public var values: [String]
    /// Whether lines with these values are kept, and no others; or they are left out.
    public var keeps: Bool

    /// A filter on a column of any meaning, or of none.
    public init(column: String, values: [String], keeps: Bool) {
      self.column = column
      self.values = values
      self.keeps = keeps
    }
  }

  /// What reports call the format.
  public var name: String
  /// The byte between fields.
  public var delimiter = UInt8(ascii: ",")
  /// Whether a field may stand in quotation marks, doubled where it holds one. (RFC 4180)
  public var hasQuotes = true
  /// How many seconds east of Greenwich times are that name no zone.
  public var zoneSeconds = 0
  /// The columns; a header must have enough of them for a replay: `untold`.
  public var columns: [Column]
  /// The filters, which a line must all pass.
  public var filters: [Filter] = []

  /// A table parted by commas, in UTC, until told otherwise.
  public init(name: String, columns: [Column]) {
    self.name = name
    self.columns = columns
  }

  /// The ways to tell when a job came, how long it ran and what it held; one of each must be told.
  static let needs: [[[Meaning]]] = [
    [[.submitted]], [[.runTime], [.started, .ended]], [[.size], [.processors]],
  ]

  /// The ways to tell what a replay needs and these meanings do not tell; nil: nothing is missing.
  static func missing(from meanings: [Meaning]) -> [[Meaning]]? {
    needs.first { ways in
      !ways.contains { way in way.allSatisfy { meanings.contains($0) } }
    }
  }

  static func written(_ ways: [[Meaning]]) -> String {
    ways.map { $0.map(\.rawValue).joined(separator: " and ") }.joined(separator: ", or ")
  }

  /// What the columns leave untold that a replay needs, such as `run-time, or started and ended`;
  /// nil: nothing.
  public var untold: String? {
    Self.missing(from: columns.map(\.meaning)).map(Self.written)
  }
}

extension TableColumns {
  private static let slurmUnknown = ["Unknown", "None", "N/A"]

  /// What `sacct --parsable2` prints, as far as its `--format` asks for it.
  public static let sacct: TableColumns = {
    let unlimited = ["UNLIMITED", "Partition_Limit", "INVALID"] + slurmUnknown
    var table = TableColumns(
      name: TraceFormat.sacct.rawValue,
      columns: [
        Column(.number, "JobID", .plain), Column(.number, "JobIDRaw", .plain),
        Column(.submitted, "Submit", .date, unknown: slurmUnknown),
        Column(.eligible, "Eligible", .date, unknown: slurmUnknown),
        Column(.started, "Start", .date, unknown: slurmUnknown),
        Column(.ended, "End", .date, unknown: slurmUnknown),
        Column(.runTime, "ElapsedRaw", .seconds), Column(.runTime, "Elapsed", .clock),
        Column(.timeLimit, "TimelimitRaw", .minutes, unknown: unlimited),
        Column(.timeLimit, "Timelimit", .clock, unknown: unlimited),
        Column(.size, "AllocTRES", .resources), Column(.size, "ReqTRES", .resources),
        Column(.processors, "NCPUS", .plain), Column(.processors, "AllocCPUS", .plain),
        Column(.processors, "ReqCPUS", .plain), Column(.members, "NNodes", .plain),
        Column(.members, "AllocNodes", .plain), Column(.user, "User", .plain),
        Column(.account, "Account", .plain), Column(.mode, "QOS", .plain),
        Column(.mode, "Partition", .plain), Column(.state, "State", .plain),
      ])
    table.delimiter = UInt8(ascii: "|")
    table.hasQuotes = false
    return table
  }()

  /// Muster's own CSV.
  public static let muster = TableColumns(
    name: TraceFormat.muster.rawValue,
    columns: [
      Column(.submitted, "submitted", .date), Column(.runTime, "run_time", .seconds),
      Column(.size, "size", .plain), Column(.members, "members", .plain),
      Column(.timeLimit, "time_limit", .seconds), Column(.user, "user", .plain),
      Column(.account, "account", .plain), Column(.mode, "mode", .plain),
      Column(.within, "within", .plain), Column(.state, "state", .plain),
      Column(.model, "model", .plain), Column(.segment, "segment", .plain),
      Column(.checkpointEvery, "checkpoint_every", .seconds),
      Column(.restart, "restart", .seconds),
    ])
}

extension TableColumns {
  /// How many seconds east of Greenwich a zone such as `+02:00` is; nil where it is none.
  public static func zoneSeconds(_ text: String) -> Int? {
    if text == "Z" || text == "UTC" { return 0 }
    guard let match = text.wholeMatch(of: /([+-])([0-1][0-9]):([0-5][0-9])/),
      let hours = Int(match.2), let minutes = Int(match.3)
    else { return nil }
    return (match.1 == "-" ? -1 : 1) * (hours * 3600 + minutes * 60)
  }
}
