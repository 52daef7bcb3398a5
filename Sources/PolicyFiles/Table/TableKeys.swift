import Traces

/// The keys of descriptions of columns, by which they are read, explained and described to editors.
extension KeySection {
  /// The keys at the top of a description of columns.
  static let table = KeySection(
    "table", "What the columns of a table of jobs mean.",
    [
      KeyDefinition("table", .text, "what reports call the format", isRequired: true),
      KeyDefinition(
        "delimiter",
        .choice([
          ("comma", "a comma"), ("semicolon", "a semicolon"), ("bar", "a vertical bar"),
          ("tab", "a tab"),
        ]), "what stands between fields", default: "comma"),
      KeyDefinition(
        "quotes", .flag, "whether a field may stand in quotation marks, as in CSV",
        default: "yes"),
      KeyDefinition(
        "zone", .text,
        "how far east of Greenwich times are that name no zone, such as `\"+02:00\"`",
        default: "\"+00:00\""),
      KeyDefinition(
        "unknown", .list(.text),
        "values that tell nothing, in every column; nor does an empty one"),
      KeyDefinition("columns", .section(columns), "what tells what", isRequired: true),
      KeyDefinition("filters", .list(.section(filter)), "which lines count; all must be passed"),
    ])

  private static let columns = KeySection(
    "columns",
    "What tells what: the name of a column, or the name and how its values are written. "
      + "A replay needs `submitted`, `run-time` or both `started` and `ended`, and `size` or "
      + "`processors`.",
    TableColumns.Meaning.allCases.map { meaning in
      KeyDefinition(meaning.rawValue, .either(.text, .section(column)), meaning.explanation)
    })

  private static let column = KeySection(
    "column", "A column whose values are written in some way.",
    [
      KeyDefinition("column", .text, "its name in the header", isRequired: true),
      KeyDefinition(
        "format",
        .choice([
          ("plain", "words, or a whole number"),
          ("date", "`2026-03-01 07:01:55`, with a zone or without, or Unix seconds"),
          ("s", "seconds"), ("ms", "milliseconds"), ("min", "minutes"), ("h", "hours"),
          ("clock", "`1-12:30:00`, `12:30:00` or `30:00`"),
          ("resources", "Slurm's `cpu=8,gres/gpu=4`"),
        ]),
        "how its values are written; left out: dates for instants, `s` for lengths of time, `plain`"
      ),
    ])

  private static let filter = KeySection(
    "filter", "Which lines count, by the values of a column: just one of keep and leave-out.",
    [
      KeyDefinition("column", .text, "its name in the header", isRequired: true),
      KeyDefinition("keep", .list(.text), "only lines with one of these values count"),
      KeyDefinition("leave-out", .list(.text), "lines with one of these values do not count"),
    ])
}

extension TableColumns.Meaning {
  /// What it is, as the reference page says.
  fileprivate var explanation: String {
    switch self {
    case .submitted: "when the job was submitted"
    case .eligible: "from when on it might have started: it counts as submitted then, if later"
    case .started: "when it started; a job that never did is left out"
    case .ended: "when it ended; a job that still runs is left out"
    case .runTime: "how long it ran; left out: from `started` to `ended`"
    case .timeLimit: "how long it asked to run"
    case .size: "how many accelerators it held"
    case .processors: "how many processors it held: its size if no job held accelerators"
    case .members: "over how many nodes it was spread"
    case .user: "who submitted it"
    case .account: "whom it was charged to"
    case .mode: "its access mode: what Slurm calls a QOS"
    case .within: "the one domain that had to hold it: `site`, `pod`, `leaf` or `block`"
    case .model:
      "the accelerator models that it might have, the best first, parted by vertical bars"
    case .segment: "how many of its nodes had to be together: `16:block`"
    case .checkpointEvery: "how long after one it made the next checkpoint"
    case .restart: "how long it took to be where its checkpoint was"
    case .state: "how it ended, in Slurm's words, or `pending` or `running`, which leave it out"
    case .number: "its number; with a point in it, the line is a step of a job and left out"
    }
  }

  /// How its values may be written; the first is taken where none is named.
  var forms: [TableColumns.Form] {
    switch self {
    case .submitted, .eligible, .started, .ended:
      [.date, .seconds, .milliseconds, .minutes, .hours]
    case .runTime, .timeLimit, .checkpointEvery, .restart:
      [.seconds, .milliseconds, .minutes, .hours, .clock]
    case .size: [.plain, .resources]
    case .processors, .members, .user, .account, .mode, .within, .model, .segment, .state,
      .number:
      [.plain]
    }
  }
}
