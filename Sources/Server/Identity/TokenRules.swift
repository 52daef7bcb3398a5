import Units
import Wire

/// What tokens may be: the constants of `Documentation/Decisions/0019-tokens.md`.
enum TokenRules {
  /// For how long a token may be good.
  static let shortestLife = TimeSpan.seconds(60)
  static let longestLife = TimeSpan.seconds(366 * 86_400)

  /// By how much clocks may differ: a token made that far in the future is believed, and one that
  /// ended that short a time ago still is.
  static let skew = TimeSpan.seconds(60)

  /// The most bytes of a token that is looked at.
  static let longestToken = 8_192

  /// The most bytes of a subject's name.
  static let longestSubject = 4_096

  /// The most tokens that are remembered as genuine; a token that isn't is checked anew.
  static let mostRemembered = 4_096

  /// Whether a text can be a user's name: not what could be taken for something else in a log.
  static func isUserName(_ text: String) -> Bool {
    let bytes = text.utf8
    return (1...256).contains(bytes.count) && bytes.first != UInt8(ascii: "-")
      && bytes.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: "._-@+$".utf8.contains(byte)
        }
      }
  }

  /// The nodes of a hostlist, by name.
  ///
  /// - Throws: `Refusal` where it is none.
  static func nodes(in text: String) throws(Refusal) -> Set<String> {
    do {
      return Set(try Hostlist(parsing: text).names.map { "\($0)" })
    } catch {
      throw Refusal(
        "bad-hostlist", "\(error)", where: "nodes", fix: "write the nodes as n[00-03],m7")
    }
  }
}
