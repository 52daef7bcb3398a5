import Foundation
import Logging
import NIOCore
import NIOHTTP1
import Units
import Wire

/// One request to the API: who asks, what for, and with which words.
struct Call: Sendable {
  let request: Request
  let caller: Caller
  let endpoint: Endpoint

  /// What stands in the address where the endpoint has stars.
  let words: [Substring]

  /// - Throws: `Refusal` where nothing is asked in this way.
  init(_ request: Request, by caller: Caller) throws(Refusal) {
    self.request = request
    self.caller = caller
    switch Endpoint.match(request.method, request.path) {
    case .found(let endpoint, let words):
      self.endpoint = endpoint
      self.words = words
    case .otherMethod:
      throw Refusal(
        "other-method", "'\(request.method)' is not how this is asked", where: "method",
        fix: "see Documentation/Reference/API.md")
    case .nothing: throw Self.noSuchRoute(request)
    }
  }

  /// Whether it is answered in a moment, and so on the event loop that has read it: what people
  /// and their scripts ask for thousands of times a second.
  var isBrief: Bool {
    switch endpoint {
    case .ping, .job, .changeJob: true
    case .submit: request.length.map { $0 <= Self.briefBytes } ?? false
    case .forecast, .jobs, .why, .output, .history, .nodes, .changeNodes, .accounts,
      .reservations, .policy, .changePolicy, .policyChanges, .policyChange, .journal,
      .editPolicy, .fleet, .changeFleet, .tokens,
      .makeToken, .revokeTokens, .register, .commands, .report:
      false
    }
  }

  /// The largest body that is read in a moment.
  private static let briefBytes = 64 << 10

  private static func noSuchRoute(_ request: Request) -> Refusal {
    Refusal(
      "no-such-route", "there is nothing at '\(request.path)'", where: "address",
      fix: "see Documentation/Reference/API.md")
  }

  /// The job that the address names.
  ///
  /// - Throws: `Refusal` where it names none.
  func job() throws(Refusal) -> JobID {
    guard let number = words.first.flatMap({ UInt32($0) }) else {
      throw Self.noSuchRoute(request)
    }
    return JobID(number)
  }

  // MARK: Words behind the address

  func text(_ name: String) -> String? { request.query[name] }

  /// A whole number in a range.
  func number(
    _ name: String, in range: ClosedRange<Int64>, default standard: Int64
  ) throws(Refusal) -> Int64 {
    guard let text = request.query[name] else { return standard }
    guard let number = Int64(text), range.contains(number) else {
      throw refusal(
        name, text, fix: "give a whole number of \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// For how long to wait, in milliseconds: a minute at most.
  func waitMs() throws(Refusal) -> Int {
    min(60_000, Int(try number("wait_ms", in: 0...(1 << 40), default: 0)))
  }

  /// Numbers of jobs, between commas.
  func jobs(_ name: String) throws(Refusal) -> [UInt32] {
    var jobs: [UInt32] = []
    for word in (request.query[name] ?? "").split(separator: ",") {
      guard let job = UInt32(word) else {
        throw refusal(name, String(word), fix: "give numbers of jobs, and commas between them")
      }
      jobs.append(job)
    }
    return jobs
  }

  func moment(_ name: String) throws(Refusal) -> Moment? {
    guard let text = request.query[name] else { return nil }
    guard let moment = Moment(text) else {
      throw refusal(name, text, fix: "write an instant such as 2026-03-01T06:00:00Z")
    }
    return moment
  }

  func refusal(_ name: String, _ value: String, fix: String) -> Refusal {
    Refusal("bad-query", "'\(value)' can't be read", where: "?\(name)=", fix: fix)
  }

  // MARK: Bodies

  /// The whole body.
  ///
  /// - Throws: `Refusal` where it is longer than it may be.
  func body(most: Int) async throws(Refusal) -> [UInt8] {
    if let length = request.length, length > most { throw tooLong(most) }
    do {
      return Array(buffer: try await request.body.whole(upTo: most))
    } catch {
      throw tooLong(most)
    }
  }

  /// The body as a message.
  func message<Message: Decodable>(
    _ type: Message.Type = Message.self, most: Int = 1 << 20
  ) async throws(Refusal) -> Message {
    try WireJSON.decode(Message.self, from: Data(try await body(most: most)))
  }

  /// The body as a submission.
  func submission() async throws(Refusal) -> JobSubmission {
    let body = try await body(most: API.longestSubmission)
    if let plain = JobSubmission(line: body[...]) { return plain }
    return try WireJSON.decode(from: Data(body))
  }

  private func tooLong(_ most: Int) -> Refusal {
    Refusal(
      "body-too-long", "the body is longer than \(most) bytes, or it broke off", where: "body",
      fix: "send less")
  }
}

/// What is answered.
enum Reply {
  private static let json: HTTPHeaders = ["content-type": "application/json"]

  static func message(
    _ message: some Encodable, status: HTTPResponseStatus = .ok
  ) throws(Refusal) -> Response {
    try reply(status) { try WireJSON.encode(message) }
  }

  /// What an agent is to do.
  static func commands(_ batch: CommandBatch) throws(Refusal) -> Response {
    try written { text in try text.put(batch) }
  }

  /// A job.
  static func row(_ row: JobRow) throws(Refusal) -> Response { try written { $0.put(row) } }

  /// What a submission came to.
  static func submitted(_ reply: SubmissionReply) throws(Refusal) -> Response {
    try written(.created) { $0.put(reply) }
  }

  private static func written(
    _ status: HTTPResponseStatus = .ok, _ write: (inout JSONText) throws -> Void
  ) throws(Refusal) -> Response {
    try reply(status) {
      var text = JSONText()
      try write(&text)
      return text.bytes
    }
  }

  private static func reply<Bytes: Collection<UInt8>>(
    _ status: HTTPResponseStatus, _ bytes: () throws -> Bytes
  ) throws(Refusal) -> Response {
    do {
      return Response(status, json, .whole(ByteBuffer(bytes: try bytes())))
    } catch {
      throw Refusal("bad-answer", "the answer can't be written: \(error)", fix: "report this")
    }
  }

  static func text(_ bytes: [UInt8], type: String) -> Response {
    Response(.ok, ["content-type": type], .whole(ByteBuffer(bytes: bytes)))
  }

  /// How many bytes of rows are written at once: enough that going back and forth is cheap.
  static let pieceBytes = 128_000

  /// Rows, one JSON value a line, written as they are made.
  ///
  /// - Parameter fill: writes a piece of rows, and says whether more will come.
  static func rows(
    _ fill: @escaping @Sendable (inout JSONText) async throws -> Bool
  ) -> Response {
    stream("application/jsonl") { writer in
      var text = JSONText(capacity: 2 * pieceBytes)
      var isMore = true
      while isMore {
        isMore = try await fill(&text)
        if !text.bytes.isEmpty { try await writer.write(text.bytes) }
        text.clear()
      }
    }
  }

  /// Bytes, written as they are made.
  ///
  /// - Parameter next: the next of them; empty: there are no more.
  static func bytes(
    _ next: @escaping @Sendable () async throws -> [UInt8]
  ) -> Response {
    stream("application/octet-stream") { writer in
      while true {
        let bytes = try await next()
        guard !bytes.isEmpty else { break }
        try await writer.write(bytes)
      }
    }
  }

  /// An answer that takes its time, away from the event loop.
  private static func stream(
    _ type: String, _ write: @escaping @Sendable (ResponseWriter) async throws -> Void
  ) -> Response {
    Response(
      .ok, ["content-type": type],
      .stream { writer in try await API.apart { try await write(writer) } })
  }

  static func refusal(_ refusal: Refusal) -> Response {
    let bytes = (try? WireJSON.encode(refusal)) ?? Data()
    let status = status(of: refusal.code)
    var headers = json
    if status == .unauthorized {
      headers.add(name: "www-authenticate", value: "Bearer realm=\"muster\"")
    }
    return Response(status, headers, .whole(ByteBuffer(bytes: bytes)))
  }

  private static func status(of code: String) -> HTTPResponseStatus {
    switch code {
    case "not-permitted": .forbidden
    case "unknown-caller", "bad-token": .unauthorized
    case "no-such-route", "no-such-job", "no-such-session", "no-such-node", "no-such-token",
      "no-such-change",
      "no-output":
      .notFound
    case "other-method": .methodNotAllowed
    case "body-too-long": .payloadTooLarge
    case "no-agent", "no-answer", "stopped": .serviceUnavailable
    case "too-many-jobs": .tooManyRequests
    case "bad-answer": .internalServerError
    case "not-running", "not-waiting", "node-taken", "other-cluster", "old-journal",
      "account-in-use", "node-in-use", "not-a-successor", "counts-otherwise", "exists",
      "replayed", "other-policy":
      .conflict
    default: .badRequest
    }
  }
}

extension Refusal {
  /// The journal has failed: nobody knows what is kept.
  init(stopped error: some CustomStringConvertible) {
    self.init(
      "stopped", "the daemon has stopped, as its journal failed: \(error)",
      fix: "ask again when it is back, and see whether what you asked for was done")
  }
}
