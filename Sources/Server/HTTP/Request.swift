import Foundation
import NIOHTTP1

/// A request as it came over a connection; its body may still be on its way.
struct Request: Sendable {
  /// What is to be done.
  let method: HTTPMethod

  /// What stands before the query.
  let path: String

  /// The words behind the question mark; of two with one name the last counts.
  let query: [String: String]

  let headers: HTTPHeaders
  let body: RequestBody

  /// Who is at the other end, as far as the connection itself proves it.
  let peer: Peer

  init(_ head: HTTPRequestHead, _ body: RequestBody, from peer: Peer) {
    method = head.method
    headers = head.headers
    self.body = body
    self.peer = peer
    (path, query) = Self.parts(of: head.uri)
  }

  /// How long the body is to be; nil: nobody has said.
  var length: Int? { headers.first(name: "content-length").flatMap { Int($0) } }

  /// Path and query of an address; one with a scheme and a host is taken as well, as for a proxy.
  private static func parts(of address: String) -> (path: String, query: [String: String]) {
    var rest = Substring(address)
    if rest.first != "/", let scheme = rest.range(of: "://") {
      let host = rest[scheme.upperBound...]
      rest = host[(host.firstIndex { $0 == "/" || $0 == "?" } ?? host.endIndex)...]
    }
    rest = rest.prefix { $0 != "#" }
    guard let mark = rest.utf8.firstIndex(of: UInt8(ascii: "?")) else { return (String(rest), [:]) }
    var query: [String: String] = [:]
    for word in rest[mark...].dropFirst().split(separator: "&") {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let value = parts.count > 1 ? String(parts[1]) : ""
      query[String(parts[0])] = value.removingPercentEncoding ?? value
    }
    return (String(rest[..<mark]), query)
  }
}
