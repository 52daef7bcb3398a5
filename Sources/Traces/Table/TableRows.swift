internal import Units

/// A table whose columns are described: `sacct`'s, Muster's own, or anybody's.
struct TableRows: RowReader {
  private let table: TableColumns
  private let header: TableHeader
  private let tells: Set<TableColumns.Meaning>
  private var fields: [Range<Int>] = []
  private var users = NameNumbers<String>()
  private var accounts = NameNumbers<String>()
  private var modes = NameNumbers<String>()
  private var terms = NameNumbers<TraceTerms>()

  /// What a line tells; below zero, or nil: nothing.
  private struct Record {
    /// The times and counts, by `TableColumns.Meaning`'s place.
    var submitted = NumberRules.unknown
    var eligible = NumberRules.unknown
    var started = NumberRules.unknown
    var ended = NumberRules.unknown
    var runTime = NumberRules.unknown
    var timeLimit = NumberRules.unknown
    var size = NumberRules.unknown
    var processors = NumberRules.unknown
    var members = NumberRules.unknown
    var user = 0..<0
    var account = 0..<0
    var mode = 0..<0
    var within = TraceDomain.any
    var checkpointEvery = NumberRules.unknown
    var restart = NumberRules.unknown
    var terms = TraceTerms()
    var state: JobState?
    var isStep = false
    /// Where the time stands that the job ended, for its faults.
    var endedField = 0..<0
  }

  init(header line: borrowing Span<UInt8>, _ table: TableColumns) throws(LineFault) {
    self.table = table
    header = try TableHeader(line, table)
    tells = Set(header.places.map(\.column.meaning))
  }

  var names: TraceNames {
    TraceNames(
      users: users.names, accounts: accounts.names, modes: modes.names, terms: terms.names)
  }

  mutating func row(in line: borrowing Span<UInt8>) throws(LineFault) -> Row {
    guard line.firstNonBlank(from: 0) < line.count else { return .nothing }
    try TableFields.split(line, table, into: &fields)
    guard fields.count == header.columns else { throw wrongCount(line) }
    for filter in header.filters {
      let isNamed = filter.values.contains { line.holds($0, at: fields[filter.index]) }
      guard isNamed == filter.keeps else { return .skipped(.filtered) }
    }
    var record = Record()
    for place in header.places {
      let field = fields[place.index]
      guard !field.isEmpty, !place.unknown.contains(where: { line.holds($0, at: field) }) else {
        continue
      }
      try take(field, place.column, into: &record, in: line)
    }
    return try meaning(of: record, in: line)
  }

  private func take(
    _ field: Range<Int>, _ column: TableColumns.Column, into record: inout Record,
    in line: borrowing Span<UInt8>
  ) throws(LineFault) {
    switch column.meaning {
    case .submitted: try instant(field, column, line, &record.submitted)
    case .eligible: try instant(field, column, line, &record.eligible)
    case .started: try instant(field, column, line, &record.started)
    case .ended:
      record.endedField = field
      try instant(field, column, line, &record.ended)
    case .runTime: try span(field, column, line, &record.runTime)
    case .timeLimit: try span(field, column, line, &record.timeLimit)
    case .size: try count(field, column, line, &record.size)
    case .processors: try count(field, column, line, &record.processors)
    case .members: try count(field, column, line, &record.members)
    case .user: if record.user.isEmpty { record.user = field }
    case .account: if record.account.isEmpty { record.account = field }
    case .mode: if record.mode.isEmpty { record.mode = field }
    case .within:
      guard let domain = TraceDomain(word: line.text(field, hasQuotes: false)) else {
        throw TableValue.fault(
          "is no domain", "write site, pod, leaf or block, or nothing", line, field, column)
      }
      if record.within == .any { record.within = domain }
    case .model, .segment: try wish(field, column, into: &record.terms, in: line)
    case .checkpointEvery: try span(field, column, line, &record.checkpointEvery)
    case .restart: try span(field, column, line, &record.restart)
    case .state: record.state = JobState(line.text(field, hasQuotes: table.hasQuotes))
    case .number:
      for place in field where line[place] == UInt8(ascii: ".") { record.isStep = true }
    }
  }

  /// The models of a field, or its segment.
  private func wish(
    _ field: Range<Int>, _ column: TableColumns.Column, into terms: inout TraceTerms,
    in line: borrowing Span<UInt8>
  ) throws(LineFault) {
    let text = line.text(field, hasQuotes: table.hasQuotes)
    guard column.meaning == .segment else {
      guard let models = TraceTerms.models(text) else {
        throw TableValue.fault(
          "names no model between two '|'", "write h200, or h200|h100", line, field, column)
      }
      if terms.models.isEmpty { terms.models = models }
      return
    }
    guard let segment = TraceTerms.Segment(word: text) else {
      throw TableValue.fault(
        "is no segment", "write nodes:level, such as 16:block, or nothing", line, field, column)
    }
    terms.segment = terms.segment ?? segment
  }

  private func instant(
    _ field: Range<Int>, _ column: TableColumns.Column, _ line: borrowing Span<UInt8>,
    _ value: inout Int64
  ) throws(LineFault) {
    guard value < 0 else { return }
    value = try TableValue.instant(line, field, column, zoneSeconds: table.zoneSeconds)
  }

  private func span(
    _ field: Range<Int>, _ column: TableColumns.Column, _ line: borrowing Span<UInt8>,
    _ value: inout Int64
  ) throws(LineFault) {
    if value < 0 { value = try TableValue.span(line, field, column) }
  }

  private func count(
    _ field: Range<Int>, _ column: TableColumns.Column, _ line: borrowing Span<UInt8>,
    _ value: inout Int64
  ) throws(LineFault) {
    if value < 0 { value = try TableValue.count(line, field, column) }
  }

  private mutating func meaning(
    of record: Record, in line: borrowing Span<UInt8>
  ) throws(LineFault) -> Row {
    guard !record.isStep else { return .skipped(.jobStep) }
    if case .waiting = record.state { return .skipped(.neverStarted) }
    if tells.contains(.started), record.started < 0 { return .skipped(.neverStarted) }
    if case .running = record.state { return .skipped(.stillRunning) }
    if tells.contains(.ended), record.ended < 0 { return .skipped(.stillRunning) }
    guard record.submitted >= 0 else { return .skipped(.submitTimeUnknown) }
    var runTime = record.runTime
    if runTime < 0, record.started >= 0, record.ended >= 0 {
      runTime = record.ended - record.started
      guard runTime >= 0 else {
        throw LineFault(
          column: record.endedField.lowerBound + 1, what: "the job ends before it starts",
          fix: "correct one of the two times")
      }
    }
    guard runTime >= 0 else { return .skipped(.runTimeUnknown) }
    let accelerators = max(0, record.size)
    let size = accelerators > 0 ? accelerators : max(0, record.processors)
    guard size > 0 else {
      return .skipped(record.size < 0 && record.processors < 0 ? .sizeUnknown : .sizeZero)
    }
    var job = TraceJob(
      submitted: Instant(milliseconds: max(record.submitted, record.eligible)),
      runTime: TimeSpan(milliseconds: runTime),
      requestedTime: record.timeLimit > 0 ? TimeSpan(milliseconds: record.timeLimit) : nil,
      size: UInt32(size), user: number(record.user, &users, line))
    job.account = number(record.account, &accounts, line)
    let mode = number(record.mode, &modes, line)
    guard let mode = UInt16(exactly: mode) else {
      throw LineFault(
        column: record.mode.lowerBound + 1, what: "more than 65,535 different modes",
        fix: "check that this column tells the mode")
    }
    job.mode = mode
    if record.members > 0, size % record.members == 0 { job.members = UInt32(record.members) }
    job.within = record.within
    job.terms = terms(of: record)
    if case .ended(let outcome) = record.state { job.outcome = outcome }
    return accelerators > 0 ? .job(job) : .processorJob(job)
  }

  /// The number of what a job asks for beside its size; 0: nothing. Who makes no checkpoints has
  /// none to go back to.
  private mutating func terms(of record: Record) -> UInt32 {
    var terms = record.terms
    if record.checkpointEvery > 0 {
      terms.checkpointEvery = TimeSpan(milliseconds: record.checkpointEvery)
      if record.restart >= 0 { terms.restart = TimeSpan(milliseconds: record.restart) }
    }
    return terms == TraceTerms() ? 0 : self.terms.number(of: terms)
  }

  private func number(
    _ field: Range<Int>, _ numbers: inout NameNumbers<String>, _ line: borrowing Span<UInt8>
  ) -> UInt32 {
    field.isEmpty ? 0 : numbers.number(of: line.text(field, hasQuotes: table.hasQuotes))
  }

  private func wrongCount(_ line: borrowing Span<UInt8>) -> LineFault {
    let isMore = fields.count > header.columns
    let delimiter = String(UnicodeScalar(table.delimiter))
    let hint =
      table.hasQuotes
      ? "" : "; a name may hold '\(delimiter)': leave its column out, as job names"
    return LineFault(
      column: isMore ? fields[header.columns].lowerBound + 1 : line.count + 1,
      what: "\(fields.count) columns, where the header has \(header.columns)",
      fix: "complete the line or remove it" + hint)
  }
}
