import Foundation
import Gzip
import TestFiles
import Testing
import Units

@Suite struct `A byte file` {
  static let line = "the quick brown fox\n"
  /// Twenty of those lines, compressed by gzip.
  static let compressed = [UInt8](
    Data(
      base64Encoded:
        "H4sIAAAAAAACAyvJSFUoLM1MzlZIKsovz1NIy6/gKhkVGzAxADxncuqQAQAA")!
  )
  static let content = Array(String(repeating: line, count: 20).utf8)

  /// Reads all of a file through a buffer of `bufferBytes`.
  static func contents(
    of file: TemporaryFile, bufferBytes: Int = 64 << 10
  ) throws(ByteFileError) -> [UInt8] {
    var stream = try ByteFile(path: file.path)
    var buffer = [UInt8](repeating: 0, count: bufferBytes)
    var all: [UInt8] = []
    while true {
      let count = try stream.read(into: &buffer, at: 0)
      guard count > 0 else { return all }
      all += buffer[..<count]
    }
  }

  @Test(arguments: [1, 7, 64 << 10]) func `gives the bytes of a plain file`(buffer: Int) throws {
    #expect(try Self.contents(of: TemporaryFile(Self.content), bufferBytes: buffer) == Self.content)
  }

  @Test(arguments: [1, 7, 64 << 10]) func `gives the content of a gzip file`(buffer: Int) throws {
    let file = TemporaryFile(Self.compressed)
    #expect(try Self.contents(of: file, bufferBytes: buffer) == Self.content)
  }

  @Test func `reads gzip streams laid end to end as one`() throws {
    let file = TemporaryFile(Self.compressed + StoredGzip.stream(of: [1, 2, 3]))
    #expect(try Self.contents(of: file) == Self.content + [1, 2, 3])
  }

  @Test func `reads content larger than its buffer`() throws {
    let large = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
    #expect(try Self.contents(of: TemporaryFile(StoredGzip.stream(of: large))) == large)
    #expect(try Self.contents(of: TemporaryFile(large)) == large)
  }

  @Test func `delivers behind what the buffer already holds`() throws {
    let file = TemporaryFile([4, 5])
    var stream = try ByteFile(path: file.path)
    var buffer: [UInt8] = [1, 2, 3, 0, 0, 0]
    let count = try stream.read(into: &buffer, at: 3)
    #expect(count == 2)
    #expect(buffer == [1, 2, 3, 4, 5, 0])
    #expect(stream.bytesRead == 2)
  }

  @Test func `is empty where the file is`() throws {
    #expect(try Self.contents(of: TemporaryFile([])) == [])
    #expect(try Self.contents(of: TemporaryFile(StoredGzip.stream(of: []))) == [])
  }

  @Test(arguments: [compressed, StoredGzip.stream(of: content)])
  func `tells a stream cut anywhere from a whole one`(whole: [UInt8]) {
    // Below two bytes nothing shows yet that the file was to be gzip.
    for length in 2..<whole.count {
      let file = TemporaryFile(Array(whole[..<length]))
      #expect {
        try Self.contents(of: file)
      } throws: { error in
        guard case ByteFileError.truncated = error else { return false }
        return "\(error)".hasSuffix("bytes of content; fetch the file again")
      }
    }
  }

  @Test func `tells a stream whose checksum is wrong`() {
    var spoilt = Self.compressed
    spoilt[spoilt.count - 6] ^= 1
    let file = TemporaryFile(spoilt)
    #expect {
      try Self.contents(of: file)
    } throws: { error in
      "\(error)".hasSuffix("(incorrect data check); fetch the file again")
    }
  }

  @Test(arguments: [compressed, StoredGzip.stream(of: content)])
  func `gives bytes or an error for any mutilated stream`(whole: [UInt8]) {
    for seed in 0..<500 as Range<UInt64> {
      var mutator = Mutator(generator: SeededGenerator(seed: seed))
      let file = TemporaryFile(mutator.mutated(whole))
      do throws(ByteFileError) {
        // A bit of the name or the time in the header may flip without harm.
        let bytes = try Self.contents(of: file)
        #expect(bytes.count < 1 << 20, "seed \(seed)")
      } catch {
        #expect("\(error)".hasPrefix(file.path + ": "), "seed \(seed)")
      }
    }
  }

  @Test func `says that a file is missing in the system's words`() {
    let expected = ByteFileError.cannotOpen(
      path: "/nowhere/at/all", reason: "No such file or directory")
    #expect(throws: expected) { _ = try ByteFile(path: "/nowhere/at/all") }
    #expect(
      "\(expected)" == "/nowhere/at/all: cannot open: No such file or directory; "
        + "check the path and its permissions")
  }

  @Test func `says that a directory is none of its files`() {
    #expect(throws: ByteFileError.isDirectory(path: "/tmp")) { _ = try ByteFile(path: "/tmp") }
    #expect("\(ByteFileError.isDirectory(path: "d"))" == "d: is a directory; name a file in it")
  }
}
