import Yams

/// A place in a YAML file that knows where it stands, so that every error can say so.
struct DocumentNode {
  let file: String
  let node: Yams.Node

  /// The root of a file's one document.
  static func root(of text: String, file: String) throws(PolicyFileError) -> DocumentNode {
    if let (line, column) = AliasSearch.first(in: text) {
      throw PolicyFileError(
        file: file, line: line, column: column, what: "'*' looks like a YAML alias here",
        fix: "write out what it stands for, or leave the '*' away")
    }
    let composed: Yams.Node?
    do {
      composed = try Yams.compose(yaml: text)
    } catch let error as YamlError {
      throw PolicyFileError(error, file: file)
    } catch {
      throw PolicyFileError(file: file, what: "\(error)", fix: "mend the YAML")
    }
    guard let composed else {
      throw PolicyFileError(
        file: file, what: "the file is empty", fix: "start from one of those in Policies/")
    }
    return DocumentNode(file: file, node: composed)
  }

  func error(_ what: String, fix: String) -> PolicyFileError {
    PolicyFileError(
      file: file, line: node.mark?.line, column: node.mark?.column, what: what, fix: fix)
  }

  /// The entries of a mapping whose keys must all be among `known`.
  func mapping(keys known: [String]) throws(PolicyFileError) -> [String: DocumentNode] {
    let entries = try mapping()
    for entry in entries where !known.contains(entry.key) {
      let nearest = known.nearest(to: entry.key)
      throw entry.place.error(
        "unknown key '\(entry.key)'",
        fix: nearest.map { "did you mean '\($0)'?" }
          ?? "the keys here are \(known.joined(separator: ", "))")
    }
    return Dictionary(entries.map { ($0.key, $0.value) }) { first, _ in first }
  }

  /// The entries of a mapping in the order of the file; no key may come twice.
  func mapping() throws(PolicyFileError) -> [(
    key: String, place: DocumentNode, value: DocumentNode
  )] {
    guard case .mapping(let mapping) = node else {
      throw error("expected keys with values", fix: "write 'key: value' lines here")
    }
    var entries: [(key: String, place: DocumentNode, value: DocumentNode)] = []
    var names: Set<String> = []
    for (key, value) in mapping {
      let place = DocumentNode(file: file, node: key)
      guard let name = key.scalar?.string else {
        throw place.error("a key must be a word", fix: "write 'key: value'")
      }
      guard names.insert(name).inserted else {
        throw place.error("'\(name)' stands here twice", fix: "keep one of them")
      }
      entries.append((name, place, DocumentNode(file: file, node: value)))
    }
    return entries
  }

  func sequence() throws(PolicyFileError) -> [DocumentNode] {
    guard case .sequence(let sequence) = node else {
      throw error("expected a list", fix: "write '- ' before each entry")
    }
    return sequence.map { DocumentNode(file: file, node: $0) }
  }

  func text() throws(PolicyFileError) -> String {
    guard let text = node.scalar?.string, !text.isEmpty else {
      throw error("expected a word", fix: "write one value here")
    }
    return text
  }

  func number(in range: ClosedRange<Int>) throws(PolicyFileError) -> Int {
    let written = try text()
    guard let number = Int(written), range.contains(number) else {
      throw error(
        "'\(written)' is not a number from \(range.lowerBound) to \(range.upperBound)",
        fix: "write a whole number in that range")
    }
    return number
  }

  /// One of the words that an enumeration knows.
  func choice<Choice: RawRepresentable & CaseIterable>() throws(PolicyFileError) -> Choice
  where Choice.RawValue == String {
    let choices = Array(Choice.allCases)
    return choices[try index(among: choices.map(\.rawValue))]
  }
}

extension PolicyFileError {
  init(_ error: YamlError, file: String) {
    switch error {
    case .composer(.some(let context), let problem, let mark, _):
      self.init(
        file: file, line: mark.line, column: mark.column, what: "\(context.text), \(problem)",
        fix: "mend the file")
    case .reader(let problem, let offset, _, let yaml):
      let before = yaml.utf8.prefix(offset ?? 0)
      let lineStart = before.lastIndex(of: 0x0A).map(before.index(after:)) ?? before.startIndex
      self.init(
        file: file, line: before.count { $0 == 0x0A } + 1,
        column: before[lineStart...].count + 1, what: "not YAML: \(problem)",
        fix: "take that character out")
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      self.init(
        file: file, line: mark.line, column: mark.column, what: "not YAML: \(problem)",
        fix: "mend the line")
    case .duplicatedKeysInMapping(let duplicates, let context):
      self.init(
        file: file, line: context.mark.line, column: context.mark.column,
        what: "'\(duplicates.joined(separator: "', '"))' stands here twice",
        fix: "keep one of them")
    default:
      self.init(file: file, what: "not YAML: \(error)", fix: "mend the file")
    }
  }

  init(file: String, what: String, fix: String) {
    self.init(file: file, line: nil, column: nil, what: what, fix: fix)
  }
}
