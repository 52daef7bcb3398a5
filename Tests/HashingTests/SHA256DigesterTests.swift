import Hashing
import Testing

@Suite struct `A SHA-256 digester` {
  /// FIPS 180-4's examples, as NIST publishes them.
  static let published: [(text: String, digest: String)] = [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ]

  @Test(arguments: published) func `agrees with the standard's examples`(
    text: String, digest: String
  ) {
    var digester = SHA256Digester()
    digester.update(Array(text.utf8))
    #expect(digester.finish() == digest)
  }

  @Test func `agrees on a million letters, however they are cut`() {
    let million = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    for piece in [1_000_000, 1000, 64, 1] {
      var digester = SHA256Digester()
      let letters = [UInt8](repeating: UInt8(ascii: "a"), count: piece)
      for _ in 0..<(1_000_000 / piece) { digester.update(letters) }
      #expect(digester.finish() == million, "in pieces of \(piece)")
    }
  }

  @Test func `takes empty pieces as nothing`() {
    var digester = SHA256Digester()
    digester.update([])
    digester.update(Array("abc".utf8))
    digester.update([])
    #expect(digester.finish() == Self.published[1].digest)
  }
}
