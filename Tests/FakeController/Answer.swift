/// What a fake controller answers.
public struct Answer: Sendable {
  public var status: Int
  public var headers: [String: String]
  /// What is sent, each as a chunk of its own.
  public var pieces: [String]
  /// What becomes of the connection.
  public var ending: Ending

  public enum Ending: Sendable {
    /// It is kept for the next request.
    case kept
    /// Nothing is ever sent: the answer waits until the client goes away.
    case silent
    /// It is closed before the answer is whole.
    case broken
  }

  public init(
    status: Int = 200, headers: [String: String] = [:], pieces: [String] = [],
    ending: Ending = .kept
  ) {
    self.status = status
    self.headers = headers
    self.pieces = pieces
    self.ending = ending
  }

  public static func json(_ body: String) -> Answer { Answer(pieces: [body]) }

  public static func lines(_ pieces: [String]) -> Answer { Answer(pieces: pieces) }

  public static func refusal(_ status: Int, _ body: String) -> Answer {
    Answer(status: status, pieces: [body])
  }

  public static let silence = Answer(ending: .silent)

  /// The bytes of the answer, its body in chunks.
  var bytes: [UInt8] {
    var text = "HTTP/1.1 \(status) Said\r\nTransfer-Encoding: chunked\r\n"
    for (name, value) in headers.sorted(by: { $0.key < $1.key }) { text += "\(name): \(value)\r\n" }
    text += "\r\n"
    for piece in pieces where !piece.isEmpty {
      text += "\(String(piece.utf8.count, radix: 16))\r\n\(piece)\r\n"
    }
    if ending == .kept { text += "0\r\n\r\n" }
    return Array(text.utf8)
  }
}

/// What a fake controller was asked.
public struct Asked: Sendable {
  /// Which connection it came by, counted from 1.
  public var connection = 0
  public var method = ""
  /// Route and query, as they were sent.
  public var path = ""
  /// Names in lower case.
  public var headers: [String: String] = [:]
  public var body = ""

  /// Method and path, and the body where there is one.
  public var line: String { "\(method) \(path)" + (body.isEmpty ? "" : " \(body)") }
}
