import Hashing

/// The hashes that tie each entry to all before it.
enum Chain {
  /// What stands before the first entry.
  static let beginning = [UInt8](repeating: 0, count: 32)

  /// The hash of an entry: SHA-256 over the hash of the one before it and its own bytes.
  static func hash(after previous: [UInt8], _ content: [UInt8]) -> [UInt8] {
    var digester = SHA256Digester()
    digester.update(previous)
    digester.update(content)
    return digester.finishedBytes()
  }
}
