import CCurl
import Foundation

/// A request as it goes over the wire.
struct Request {
  /// The route, with its query escaped.
  var path: String
  /// What is posted; nil: nothing, it is a `GET`.
  var body: Data?
  /// What the body is.
  var contentType = "application/json"
  /// How long it may take from its beginning to its end, in milliseconds; 0: for ever.
  var limitMs = 0
}

/// What came back: all of it, unless it was handed on as it came.
struct Response {
  var status = 0
  /// The names in lower case.
  var headers: [String: String] = [:]
  var body = Data()
}

/// What reads a successful body as it comes; false: it wants no more.
typealias BodyReader = (Data) -> Bool

/// Wakes a thread that waits for libcurl, from another one.
@safe
final class Waker: @unchecked Sendable {
  // Only `curl_multi_wakeup` is called from other threads, which libcurl allows; the pointer never
  // changes, and lives as long as this object.
  fileprivate let multi: UnsafeMutableRawPointer

  fileprivate init() {
    guard let multi = unsafe curl_multi_init() else { preconditionFailure("out of memory") }
    unsafe self.multi = multi
  }

  deinit { unsafe curl_multi_cleanup(multi) }

  func wake() { _ = unsafe curl_multi_wakeup(multi) }
}

/// One handle of libcurl: one request at a time, on a connection that is kept for the next.
@safe
final class Exchange {
  private let connection: Connection
  private let waker = Waker()
  private let easy: UnsafeMutableRawPointer
  private let words: UnsafeMutablePointer<CChar>

  private static let isReady: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  init(_ connection: Connection) {
    precondition(Self.isReady, "libcurl can't be started")
    guard let easy = unsafe curl_easy_init() else { preconditionFailure("out of memory") }
    unsafe self.easy = easy
    self.connection = connection
    unsafe words = .allocate(capacity: Int(CURL_ERROR_SIZE))
  }

  deinit {
    unsafe curl_easy_cleanup(easy)
    unsafe words.deallocate()
  }

  /// Sends a request and waits for what comes back.
  ///
  /// - Parameter reader: What gets a successful body piece by piece; nil: it is collected.
  /// - Throws: `ClientError.unreachable` and `.cancelled`; what came back is not judged here.
  func perform(
    _ request: Request, cancellation: Cancellation?, reader: BodyReader? = nil
  ) throws(ClientError) -> Response {
    let receiver = unsafe Receiver(easy: easy, reader: reader)
    unsafe curl_easy_reset(easy)
    unsafe words.pointee = 0
    let headers = unsafe prepare(request, receiver)
    defer { unsafe curl_slist_free_all(headers) }
    unsafe curl_multi_add_handle(waker.multi, easy)
    defer { _ = unsafe curl_multi_remove_handle(waker.multi, easy) }
    cancellation?.attach(waker)
    defer { cancellation?.attach(nil) }

    let code = try transfer(cancellation)
    withExtendedLifetime(receiver) {}
    if receiver.isSated { return receiver.response }
    guard code == CURLE_OK else { throw failure(code, limitMs: request.limitMs) }
    receiver.response.status = unsafe muster_curl_status(easy)
    return receiver.response
  }

  /// Runs the one transfer to its end.
  private func transfer(_ cancellation: Cancellation?) throws(ClientError) -> CURLcode {
    while true {
      if cancellation?.isCancelled ?? false { throw .cancelled }
      var running: Int32 = 0
      guard unsafe curl_multi_perform(waker.multi, &running) == CURLM_OK else {
        return CURLE_FAILED_INIT
      }
      if running == 0 {
        var isDone: Int32 = 0
        let code = unsafe muster_curl_result(waker.multi, &isDone)
        return isDone == 0 ? CURLE_FAILED_INIT : code
      }
      // A minute at most, though libcurl's own timers end it sooner where one is set.
      _ = unsafe curl_multi_poll(waker.multi, nil, 0, 60_000, nil)
    }
  }

  private func prepare(
    _ request: Request, _ receiver: Receiver
  ) -> UnsafeMutablePointer<curl_slist>? {
    switch connection.address.way {
    case .unix(let path):
      set(CURLOPT_UNIX_SOCKET_PATH, path)
      set(CURLOPT_URL, "http://localhost\(request.path)")
    case .network(let base):
      set(CURLOPT_URL, base + request.path)
      // A proxy for the web is not on the way to the scheduler.
      set(CURLOPT_PROXY, "")
      if let file = connection.authorityFile { set(CURLOPT_CAINFO, file) }
      if let identity = connection.identity {
        set(CURLOPT_SSLCERT, identity.certificateFile)
        set(CURLOPT_SSLKEY, identity.keyFile)
      }
    }
    set(CURLOPT_NOSIGNAL, 1)
    set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
    set(CURLOPT_PROTOCOLS_STR, "http,https")
    set(CURLOPT_TCP_KEEPALIVE, 1)
    set(CURLOPT_CONNECTTIMEOUT_MS, connection.connectLimitMs)
    set(CURLOPT_TIMEOUT_MS, request.limitMs)
    set(CURLOPT_USERAGENT, "muster")
    unsafe muster_curl_set_words(easy, words)
    let context = unsafe Unmanaged.passUnretained(receiver).toOpaque()
    unsafe muster_curl_set_receivers(easy, receiveHeader, receiveBody, context)
    return unsafe setBody(request)
  }

  /// The body and the headers; whoever calls frees them.
  private func setBody(_ request: Request) -> UnsafeMutablePointer<curl_slist>? {
    var lines = ["Accept: application/json"]
    if let token = connection.token { lines.append("Authorization: Bearer \(token)") }
    if let body = request.body {
      set(CURLOPT_POST, 1)
      // Nobody waits for a leave to send what is small.
      lines += ["Content-Type: \(request.contentType)", "Expect:"]
      unsafe body.withUnsafeBytes { bytes in
        // An empty body has no address, and libcurl would take none for "read it from a file".
        guard let start = bytes.baseAddress else {
          _ = unsafe muster_curl_set_body(easy, "", 0)
          return
        }
        _ = unsafe muster_curl_set_body(easy, start, bytes.count)
      }
    }
    var headers: UnsafeMutablePointer<curl_slist>?
    for line in lines { unsafe headers = curl_slist_append(headers, line) }
    unsafe muster_curl_set_headers(easy, headers)
    return unsafe headers
  }

  private func set(_ option: CURLoption, _ text: String) {
    let code = unsafe muster_curl_set_text(easy, option, text)
    precondition(code == CURLE_OK, "libcurl refuses option \(option.rawValue)")
  }

  private func set(_ option: CURLoption, _ number: Int) {
    let code = unsafe muster_curl_set_number(easy, option, number)
    precondition(code == CURLE_OK, "libcurl refuses option \(option.rawValue)")
  }

  /// Why a certificate is not believed, in words of ours where libcurl's are known.
  private static func unverified(_ words: String) -> (why: String, fix: String) {
    let said = words.lowercased()
    if said.contains("does not match") || said.contains("no alternative certificate subject name") {
      return (
        "its certificate is for another name: \(words)",
        "use a name that the certificate has, or have it made for this one: "
          + "gschedd certificate server"
      )
    }
    if said.contains("expired") || said.contains("not yet valid") {
      return (
        "its certificate is not good today: \(words)",
        "have it made anew (gschedd certificate server), or set this machine's clock"
      )
    }
    return (
      "nobody who is trusted here vouches for its certificate: \(words)",
      "name the file of its certificate authority with --ca-file or MUSTER_CA_FILE"
    )
  }

  /// What libcurl's code comes to, and what to do about it.
  private func failure(_ code: CURLcode, limitMs: Int) -> ClientError {
    var why = unsafe String(cString: words)
    if why.isEmpty { why = unsafe String(cString: curl_easy_strerror(code)) }
    var fix = "is gschedd running there? --controller or MUSTER_CONTROLLER name another address"
    switch code {
    case CURLE_COULDNT_CONNECT:
      // libcurl speaks of the host that stands in the address only for form's sake.
      guard case .unix(let path) = connection.address.way else { break }
      let isThere = FileManager.default.fileExists(atPath: path)
      why = isThere ? "nothing listens there, or you may not talk to it" : "there is no such socket"
    case CURLE_PEER_FAILED_VERIFICATION:
      (why, fix) = Self.unverified(why)
    case CURLE_SSL_CACERT_BADFILE:
      fix = "name a file of PEM certificates with --ca-file or MUSTER_CA_FILE"
    case CURLE_SSL_CERTPROBLEM:
      fix = "name a PEM certificate and its key with --cert-file and --key-file"
    case CURLE_SSL_CONNECT_ERROR:
      fix =
        "does gschedd listen there with https://? And is your certificate, if you show one, good?"
    case CURLE_OPERATION_TIMEDOUT where limitMs > 0:
      fix = "it may be busy: try again"
    case CURLE_RECV_ERROR where connection.identity != nil && why.contains("alert"):
      fix =
        "it does not take your certificate: have one made by gschedd certificate, or use a token"
    case CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_PARTIAL_FILE:
      fix = "it went away in the middle: what was asked for may have been done or not"
    default: break
    }
    return .unreachable(connection.address, why: why, fix: fix)
  }
}
