internal import CZlib
internal import Glibc

/// The bytes of a file as a stream, decompressed on the way where the file is gzip.
///
/// Whether it is gzip is told from its first bytes, not from its name. Several gzip streams in one
/// file follow each other as one, as `cat a.gz b.gz` means them.
@safe
public struct ByteFile: ~Copyable {
  /// What the file was opened as.
  public let path: String

  /// How many bytes of content were delivered so far.
  public private(set) var bytesRead = 0

  private let stream: gzFile

  /// zlib's own buffer of compressed bytes; its default of 8 KiB costs a system call too often.
  private static let inputBufferBytes: UInt32 = 128 << 10

  /// Opens `path` for reading.
  public init(path: String) throws(ByteFileError) {
    // zlib opens a directory happily and names no reason when it fails, so the opening is ours.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw .cannotOpen(path: path, reason: Self.systemError())
    }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      let reason = Self.systemError()
      close(descriptor)
      throw .cannotOpen(path: path, reason: reason)
    }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      close(descriptor)
      throw .isDirectory(path: path)
    }
    guard let stream = unsafe gzdopen(descriptor, "rb") else {
      close(descriptor)
      throw .cannotOpen(path: path, reason: "out of memory")
    }
    unsafe gzbuffer(stream, Self.inputBufferBytes)
    self.path = path
    unsafe self.stream = stream
  }

  deinit { unsafe gzclose_r(stream) }

  /// Fills `buffer` from `offset` on and tells how many bytes came; 0 only at the end.
  ///
  /// The buffer keeps its length: what it does not hold room for comes with the next call.
  public mutating func read(
    into buffer: inout [UInt8], at offset: Int
  ) throws(ByteFileError) -> Int {
    precondition(offset >= 0 && offset < buffer.count, "no room in the buffer at \(offset)")
    let room = UInt32(clamping: min(buffer.count - offset, Int(Int32.max)))
    let count = unsafe buffer.withUnsafeMutableBytes { bytes in
      unsafe gzread(stream, bytes.baseAddress! + offset, room)
    }
    guard count >= 0 else { throw failure() }
    bytesRead += Int(count)
    // zlib returns 0, not -1, when a stream stops before its end mark: only the code tells it.
    if count == 0, zlibError().code == Z_BUF_ERROR {
      throw .truncated(path: path, after: bytesRead)
    }
    return Int(count)
  }

  private func failure() -> ByteFileError {
    let (code, words) = zlibError()
    switch code {
    case Z_ERRNO:
      return .cannotRead(path: path, after: bytesRead, reason: Self.systemError())
    case Z_BUF_ERROR:
      return .truncated(path: path, after: bytesRead)
    default:
      return .corrupt(path: path, after: bytesRead, reason: words)
    }
  }

  private func zlibError() -> (code: Int32, words: String) {
    var code: Int32 = 0
    guard let words = unsafe gzerror(stream, &code) else { return (code, "no reason given") }
    // A stream opened by descriptor calls itself "<fd:3>: ", which tells a person nothing.
    let text = unsafe String(cString: words)
    return (code, text.split(separator: ">: ", maxSplits: 1).last.map(String.init) ?? text)
  }

  private static func systemError() -> String { unsafe String(cString: strerror(errno)) }
}
