/// Why a request is refused: the body of every answer that is no success.
public struct Refusal: Error, Hashable, Codable, Sendable {
  /// The word that machines match on.
  public var code: String

  /// The fact, with its numbers.
  public var what: String

  /// What in the request it is about, or nil where it is about all of it.
  public var place: String?

  /// What to do about it.
  public var fix: String

  /// A refusal.
  public init(_ code: String, _ what: String, where place: String? = nil, fix: String) {
    self.code = code
    self.what = what
    self.place = place
    self.fix = fix
  }
}

extension Refusal: CustomStringConvertible {
  /// One paragraph: where, what, and how to mend it.
  public var description: String {
    (place.map { "\($0): " } ?? "") + what + (fix.isEmpty ? "" : "; \(fix)")
  }
}
