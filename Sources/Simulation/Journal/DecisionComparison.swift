public import Fleet
public import Scheduling
public import Units

/// Compares the decision log that a daemon wrote with what a replay of its journal decides.
///
/// What a daemon decided just before it was killed may be missing: with each controller, what is
/// missing is missing at the end.
public struct DecisionComparison: Sendable {
  /// Where the two differ.
  public enum Fault: Error, Hashable, Sendable {
    /// An entry's lines are others than those of the replay.
    case differs(entry: UInt64, written: String, made: String)
    /// An entry's lines are missing, though later ones of the same controller are there.
    case missing(entry: UInt64)
    /// The log has lines of an entry that decides nothing, or isn't there.
    case surplus(entry: UInt64)
    /// A line stands behind no entry's number.
    case homeless(line: String)
  }

  /// How many lines are the same.
  public private(set) var lines = 0

  /// Of how many entries the lines are missing at the end of a controller's.
  public private(set) var missing = 0

  private var groups: ArraySlice<(entry: UInt64, text: [UInt8])>
  private var epoch: UInt64 = 0
  /// The first entry of this controller that is missing; nil: none is yet.
  private var gap: UInt64?

  /// Reads a log, as `gschedd --decisions` writes it.
  ///
  /// - Throws: `Fault.homeless` where it isn't one.
  public init(log: [UInt8]) throws(Fault) {
    var groups: [(entry: UInt64, text: [UInt8])] = []
    let mark = Array("# entry ".utf8)
    for line in log.split(separator: UInt8(ascii: "\n")) {
      if line.starts(with: mark),
        let entry = UInt64(String(decoding: line.dropFirst(mark.count), as: UTF8.self))
      {
        groups.append((entry, []))
      } else if line.first != UInt8(ascii: "#") {
        guard !groups.isEmpty else {
          throw .homeless(line: String(decoding: line, as: UTF8.self))
        }
        groups[groups.count - 1].text += line
        groups[groups.count - 1].text.append(UInt8(ascii: "\n"))
      }
    }
    self.groups = groups[...]
  }

  /// Compares what the replay decided at an entry.
  ///
  /// - Throws: `Fault` where the log says otherwise.
  public mutating func take(
    _ decisions: [Decision], ofEntry entry: UInt64, epoch: UInt64, at now: Instant,
    _ topology: Topology
  ) throws(Fault) {
    if epoch != self.epoch {
      self.epoch = epoch
      gap = nil
    }
    guard !decisions.isEmpty else { return }
    if let group = groups.first, group.entry < entry { throw .surplus(entry: group.entry) }
    guard let group = groups.first, group.entry == entry else {
      gap = gap ?? entry
      missing += 1
      return
    }
    if let gap { throw .missing(entry: gap) }
    var made: [UInt8] = []
    for decision in decisions { DecisionLine.write(decision, at: now, topology, into: &made) }
    guard made == group.text else { throw Self.difference(entry, group.text, made) }
    groups.removeFirst()
    lines += decisions.count
  }

  /// Says whether all of the log was compared.
  ///
  /// - Throws: `Fault.surplus` with the first entry that is left.
  public func finish() throws(Fault) {
    if let group = groups.first { throw .surplus(entry: group.entry) }
  }

  private static func difference(
    _ entry: UInt64, _ written: [UInt8], _ made: [UInt8]
  ) -> Fault {
    let (written, made) = (
      String(decoding: written, as: UTF8.self).split(separator: "\n"),
      String(decoding: made, as: UTF8.self).split(separator: "\n")
    )
    let index =
      zip(written, made).enumerated().first { $0.element.0 != $0.element.1 }?.offset
      ?? min(written.count, made.count)
    return .differs(
      entry: entry, written: index < written.count ? String(written[index]) : "nothing more",
      made: index < made.count ? String(made[index]) : "nothing more")
  }
}
