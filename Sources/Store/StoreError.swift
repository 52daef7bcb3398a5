public import Units

/// Why the store can't do what it was asked to: what is wrong, where, and what to do about it.
public struct StoreError: Error, Hashable, Sendable {
  /// What went wrong, for whoever decides by it.
  public enum Code: String, Hashable, Sendable {
    /// Another process has the journal open for writing.
    case inUse = "in-use"
    /// A later controller has taken the journal over.
    case deposed
    /// The file was written by a later version of this program.
    case newer
    /// There is a file, but it is no journal.
    case notAJournal = "not-a-journal"
    /// There is no journal where one was to be opened.
    case missing
    /// There is a journal already where one was to be made.
    case exists
    /// The disk, or the size that the file may have, is full.
    case full
    /// A write or read failed.
    case failed
    /// What is in the file is not what was written.
    case damaged
    /// An entry is older than the one before it.
    case outOfOrder = "out-of-order"
    /// The store was closed, or an append has failed before.
    case closed
    /// What the journal no longer holds can't be worked out from it again.
    case incomplete
  }

  /// What went wrong.
  public var code: Code

  /// Where: the file, and the entry where it is about one.
  public var place: String

  /// A fact, with numbers.
  public var what: String

  /// What to do.
  public var fix: String

  /// The entry that it is about, where it is about one.
  public var sequence: UInt64?

  /// The instant of that entry.
  public var instant: Instant?

  init(_ code: Code, at place: String, _ what: String, fix: String) {
    self.code = code
    self.place = place
    self.what = what
    self.fix = fix
  }

  /// Damage at an entry.
  static func damage(
    _ path: String, _ sequence: UInt64, _ instant: Instant?, _ what: String
  ) -> StoreError {
    var error = StoreError(
      .damaged, at: "\(path), entry \(sequence)", what,
      fix: "stop here, keep the file, and restore the last backup: nothing after is certain")
    error.sequence = sequence
    error.instant = instant
    return error
  }
}

extension StoreError: CustomStringConvertible {
  public var description: String { "\(place): \(what): \(fix)" }
}
