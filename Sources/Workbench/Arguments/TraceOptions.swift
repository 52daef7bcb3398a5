import ArgumentParser
import PolicyFiles
import Traces
import Units

/// How a trace is read, and which of its jobs are taken: the same for every format.
struct TraceOptions: ParsableArguments {
  /// The format as the command line names it.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case auto, swf, philly, muri, sacct, muster

    var format: TraceFormat? { TraceFormat(rawValue: rawValue) }
  }

  @Option(help: "The trace's format.")
  var format = Format.auto

  @Option(
    help: ArgumentHelp(
      "A YAML file that says what the columns of any other table mean.", valueName: "file"))
  var columns: String?

  @Option(
    help: ArgumentHelp(
      "How far east of Greenwich sacct's times are, such as +02:00; they name no zone.",
      valueName: "zone"))
  var zone: String?

  @Option(
    help: ArgumentHelp(
      "Only these jobs, from an idle fleet: start:count, where jobs of zero length are not "
        + "counted, or from/until, such as 0d/7d or 2017-10-09/2017-10-16; may be given again.",
      valueName: "window"))
  var window: [WindowArgument] = []

  @Option(help: ArgumentHelp("Only the first jobs.", valueName: "n"))
  var limit: Int?

  @Option(
    help: ArgumentHelp(
      "Only jobs of this account of the trace; may be given again.", valueName: "name"))
  var account: [String] = []

  @Option(
    help: ArgumentHelp(
      "Only jobs of this user of the trace, a number where it names none; may be given again.",
      valueName: "name"))
  var user: [String] = []

  @Option(
    help: ArgumentHelp(
      "Stretch the time between submissions: 0.5 brings the same jobs in half the time.",
      valueName: "factor"))
  var timeScale: TimeScale?

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit \(limit): give at least 1") }
    guard columns == nil || format == .auto else {
      throw ValidationError("--columns describes a table: give it without --format")
    }
    guard columns == nil || zone == nil else {
      throw ValidationError("--zone is for sacct: write 'zone:' into the file of --columns")
    }
    _ = try zoneSeconds
  }

  /// Whether anything is asked for that a scenario says itself.
  var isGiven: Bool {
    format != .auto || columns != nil || zone != nil || !window.isEmpty || limit != nil
      || !account.isEmpty || !user.isEmpty || timeScale != nil
  }

  private var zoneSeconds: Int {
    get throws {
      guard let zone else { return 0 }
      guard let seconds = TableColumns.zoneSeconds(zone) else {
        throw ValidationError("--zone \(zone): write it like +02:00, or Z")
      }
      return seconds
    }
  }

  /// What the file is taken for.
  private func reading() throws -> Trace.Reading {
    guard let columns else {
      let zone = try zoneSeconds
      return format.format.map { .format($0, zoneSeconds: zone) } ?? .recognised(zoneSeconds: zone)
    }
    let file = ConfigurationFile(
      path: columns, option: "columns", hint: "write one: Documentation/Reference/ColumnsFile.md")
    return .table(try ColumnsFile.decode(try file.text(), file: columns))
  }

  /// The jobs of a file that are asked for; windows are still to be cut out.
  func read(_ path: String) throws -> Trace {
    if let journal = JournalArgument(path) {
      guard format == .auto, columns == nil, zone == nil else {
        throw ValidationError(
          "\(path): a scheduler's journal says itself what it holds; leave out --format, "
            + "--columns and --zone")
      }
      return try selected(journal.trace())
    }
    let isWhole = account.isEmpty && user.isEmpty
    let trace = try Trace.read(path: path, as: try reading(), limit: isWhole ? limit : nil)
    return try selected(trace)
  }

  /// The jobs of a trace that are asked for; windows are still to be cut out.
  func selected(_ trace: Trace) throws -> Trace {
    guard !account.isEmpty || !user.isEmpty || limit ?? .max < trace.jobs.count else {
      return trace
    }
    let accounts = try numbers(of: account, in: trace.names.accounts, "account")
    let users =
      trace.names.users.isEmpty
      ? try plainNumbers(of: user) : try numbers(of: user, in: trace.names.users, "user")
    let jobs = trace.jobs.filter { job in
      (account.isEmpty || accounts.contains(job.account))
        && (user.isEmpty || users.contains(job.user))
    }
    guard !jobs.isEmpty else { throw CommandFailure("no job of the trace is of that user") }
    return trace.with(limit.map { Array(jobs.prefix($0)) } ?? jobs)
  }

  /// The windows that are asked for, or the whole as one part, their times stretched.
  func parts(of trace: Trace) throws -> [(start: Int, jobs: ArraySlice<TraceJob>)] {
    var parts: [(start: Int, jobs: ArraySlice<TraceJob>)] = [(0, trace.jobs[...])]
    if !window.isEmpty {
      let running = trace.jobs.filter { $0.runTime > .zero }
      parts = try window.map { try $0.part(of: trace.jobs, running: running) }
    }
    guard let timeScale else { return parts }
    return parts.map { ($0.start, timeScale.stretched($0.jobs)) }
  }

  private func numbers(
    of wanted: [String], in names: [String], _ kind: String
  ) throws -> Set<UInt32> {
    var numbers: Set<UInt32> = []
    for name in wanted {
      guard let index = names.firstIndex(of: name) else {
        let hint =
          names.isEmpty
          ? "the trace names no \(kind)"
          : names.nearest(to: name).map { "did you mean '\($0)'?" }
            ?? "it has \(names.prefix(8).joined(separator: ", "))\(names.count > 8 ? ", …" : "")"
        throw ValidationError("--\(kind) \(name): no job of the trace is of that \(kind); \(hint)")
      }
      numbers.insert(UInt32(index) + 1)
    }
    return numbers
  }

  private func plainNumbers(of wanted: [String]) throws -> Set<UInt32> {
    var numbers: Set<UInt32> = []
    for name in wanted {
      guard let number = UInt32(name), number > 0 else {
        throw ValidationError("--user \(name): the trace names no users; give a user's number")
      }
      numbers.insert(number)
    }
    return numbers
  }
}

/// By how much the times between submissions are stretched, in thousandths.
struct TimeScale: ExpressibleByArgument {
  private let milli: Int64

  init?(argument: String) {
    guard let factor = Double(argument), factor >= 0.001, factor <= 1000 else { return nil }
    milli = Int64((factor * 1000).rounded())
  }

  /// The jobs, each as much later than the first as it is stretched.
  func stretched(_ jobs: ArraySlice<TraceJob>) -> ArraySlice<TraceJob> {
    guard let first = jobs.first else { return jobs }
    var jobs = jobs
    for index in jobs.indices {
      let since = Int128((jobs[index].submitted - first.submitted).milliseconds)
      jobs[index].submitted =
        first.submitted + TimeSpan(milliseconds: Int64(since * Int128(milli) / 1000))
    }
    return jobs
  }
}
