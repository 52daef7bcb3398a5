/// What the value of a key may be: what it is read by, explained by, and checked by in editors.
indirect enum ValueKind: Sendable {
  /// Any word.
  case text
  /// One of some words, each with what it means.
  case choice([(word: String, meaning: String)])
  /// `yes` or `no`.
  case flag
  /// A whole number.
  case number(ClosedRange<Int>)
  /// A number with up to three decimals, in thousandths.
  case thousandths(ClosedRange<Int>)
  /// A percentage with one decimal at most, in thousandths.
  case share(ClosedRange<Int>)
  /// A length of time, in seconds.
  case span(ClosedRange<Int64>)
  /// A day, or a day and a time with a zone.
  case date
  /// Accelerator-hours, in accelerator-milliseconds.
  case acceleratorHours
  /// `20 %` or `512 accelerators`.
  case amount
  /// `700 W`, `250 kW` or `38.5 MW`, in watts.
  case watts(ClosedRange<Int>)
  /// A time of the day, as `06:00`: only as the name of an entry.
  case timeOfDay
  /// A value of one kind, or of another.
  case either(ValueKind, ValueKind)
  /// A list.
  case list(ValueKind)
  /// Names, each with a value; the first text says of what.
  case named(String, ValueKind)
  /// Times of the day, each with a value.
  case byTime(ValueKind)
  /// The keys of a section.
  case section(KeySection)
  /// The keys of a section that is described elsewhere, by its name: it may hold itself.
  case within(@Sendable () -> KeySection)
}

/// A key of a file: the one place that says what it is called, holds, means and defaults to.
struct KeyDefinition: Sendable {
  /// What stands before the colon.
  let name: String

  /// What may stand behind it.
  let kind: ValueKind

  /// What it means, in one line of Markdown.
  let meaning: String

  /// Whether it must be there.
  let isRequired: Bool

  /// What it is where it is left out, as the file would have it; nil where that is no value.
  let fallback: String?

  init(
    _ name: String, _ kind: ValueKind, _ meaning: String, default fallback: String? = nil,
    isRequired: Bool = false
  ) {
    self.name = name
    self.kind = kind
    self.meaning = meaning
    self.fallback = fallback
    self.isRequired = isRequired
  }
}

/// Keys that stand together in a mapping.
struct KeySection: Sendable {
  /// What the mapping is called in errors and in the schema, such as `mode`.
  let name: String

  /// What it is, in one line.
  let meaning: String

  /// Whether it may be left empty: `ada:`.
  let mayBeEmpty: Bool

  /// The keys in the order in which they are explained.
  let keys: [KeyDefinition]

  init(_ name: String, _ meaning: String, mayBeEmpty: Bool = false, _ keys: [KeyDefinition]) {
    self.name = name
    self.meaning = meaning
    self.mayBeEmpty = mayBeEmpty
    self.keys = keys
  }

  /// The key of a name, which must be one of them.
  func key(_ name: String) -> KeyDefinition {
    guard let key = keys.first(where: { $0.name == name }) else {
      preconditionFailure("section '\(self.name)' has no key '\(name)'")
    }
    return key
  }
}
