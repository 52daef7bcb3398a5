import CCurl
import Foundation

/// What libcurl hands an answer to, piece by piece.
@safe
final class Receiver {
  private let easy: UnsafeMutableRawPointer
  private let reader: BodyReader?
  var response = Response()

  /// Whether the reader wanted no more, so that the transfer was broken off.
  private(set) var isSated = false

  @unsafe
  init(easy: UnsafeMutableRawPointer, reader: BodyReader?) {
    unsafe self.easy = easy
    self.reader = reader
  }

  /// One header line with its end; a status line begins anew, as after `100 Continue`.
  fileprivate func header(_ line: String) {
    if line.hasPrefix("HTTP/") { response.headers = [:] }
    guard let colon = line.firstIndex(of: ":") else { return }
    let name = line[..<colon].lowercased()
    let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespacesAndNewlines)
    response.headers[name] = value
  }

  /// A piece of the body; false: no more is wanted.
  fileprivate func body(_ bytes: Data) -> Bool {
    response.status = unsafe muster_curl_status(easy)
    guard let reader, (200..<300).contains(response.status) else {
      response.body.append(bytes)
      return true
    }
    isSated = !reader(bytes)
    return !isSated
  }
}

/// Called by libcurl with each header line.
func receiveHeader(
  _ bytes: UnsafeMutablePointer<CChar>?, _: Int, _ count: Int,
  _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
  let receiver = unsafe Unmanaged<Receiver>.fromOpaque(context).takeUnretainedValue()
  let line = unsafe UnsafeRawBufferPointer(start: bytes, count: count)
  unsafe receiver.header(String(decoding: line, as: UTF8.self))
  return count
}

/// Called by libcurl with each piece of the body; anything but `count` breaks the transfer off.
func receiveBody(
  _ bytes: UnsafeMutablePointer<CChar>?, _: Int, _ count: Int,
  _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
  let receiver = unsafe Unmanaged<Receiver>.fromOpaque(context).takeUnretainedValue()
  return unsafe receiver.body(Data(bytes: bytes, count: count)) ? count : 0
}
