extension ValueKind {
  /// A value as it could stand in a file.
  var example: String {
    switch self {
    case .text: "NAME"
    case .choice(let words): words[0].word
    case .flag: "yes"
    case .number(let range): "\(range.lowerBound)"
    case .thousandths(let range): DocumentNode.written(thousandths: max(1000, range.lowerBound))
    case .share: "100 %"
    case .span(let range): DocumentNode.written(max(3600, range.lowerBound))
    case .date: "2026-03-01"
    case .acceleratorHours: "50000 accelerator-hours"
    case .amount: "20 %"
    case .watts(let range): DocumentNode.written(watts: min(40_000_000, range.upperBound))
    case .timeOfDay: "\"06:00\""
    case .either(let plain, _): plain.example
    case .list(let kind): "[\(kind.example)]"
    case .named(let what, let kind): "{\(what.uppercased()): \(kind.example)}"
    case .byTime(let kind): "{\"06:00\": \(kind.example)}"
    case .section, .within: "{…}"
    }
  }

  /// What may stand there, in Markdown.
  var explanation: String {
    switch self {
    case .text: "any name"
    case .choice(let words): words.map { "`\($0.word)`" }.joined(separator: ", ")
    case .flag: "`yes` or `no`"
    case .number(let range): "\(range.lowerBound) to \(range.upperBound)"
    case .thousandths(let range):
      "\(DocumentNode.written(thousandths: range.lowerBound)) to "
        + "\(DocumentNode.written(thousandths: range.upperBound)), three decimals at most"
    case .share(let range): "\(range.lowerBound / 10) % to \(range.upperBound / 10) %"
    case .span(let range):
      "\(DocumentNode.written(range.lowerBound)) to \(DocumentNode.written(range.upperBound))"
    case .date: "a [date](#values)"
    case .acceleratorHours: "`50000 accelerator-hours`"
    case .amount: "`20 %` or `512 accelerators`"
    case .watts(let range):
      "\(DocumentNode.written(watts: range.lowerBound)) to "
        + DocumentNode.written(watts: range.upperBound)
    case .timeOfDay: "`\"06:00\"`"
    case .either(let plain, let nested): "\(plain.explanation); or \(nested.explanation)"
    case .list(let kind): "a list: \(kind.explanation)"
    case .named(let what, let kind): "a mapping from \(what) to \(kind.explanation)"
    case .byTime(let kind): "a mapping from times such as `\"06:00\"` to \(kind.explanation)"
    case .section(let section): "[\(section.name)](#\(section.name))"
    case .within(let section): "[\(section().name)](#\(section().name))"
    }
  }

  /// The sections that may stand in it, outermost first.
  var sections: [KeySection] {
    switch self {
    case .section(let section): [section]
    case .within(let section): [section()]
    case .list(let kind), .named(_, let kind), .byTime(let kind): kind.sections
    case .either(let plain, let nested): plain.sections + nested.sections
    default: []
    }
  }
}

extension KeySection {
  /// This section and all that may stand in it, each once, in the order of their keys.
  var all: [KeySection] {
    var found = [self]
    var next = 0
    while next < found.count {
      for key in found[next].keys {
        for section in key.kind.sections where !found.contains(where: { $0.name == section.name }) {
          found.append(section)
        }
      }
      next += 1
    }
    return found
  }
}
