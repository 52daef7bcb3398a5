import Foundation
public import Wire

/// Where the daemon is reached: `unix:PATH`, or `https://HOST:PORT`.
public enum ListenAddress: Hashable, Sendable {
  /// A Unix socket.
  case unix(String)
  /// A port, with TLS; 0: any that is free.
  case https(host: String, port: Int)

  /// Reads an address.
  ///
  /// - Throws: `Refusal` where it is none.
  public init(_ text: String) throws(Refusal) {
    if text.hasPrefix("unix:"), text.count > 5 {
      self = .unix(String(text.dropFirst(5)))
      return
    }
    let rest = text.dropFirst("https://".count)
    if text.hasPrefix("https://"), let colon = rest.lastIndex(of: ":"),
      let port = Int(rest[rest.index(after: colon)...]), (1...65_535).contains(port),
      colon > rest.startIndex
    {
      self = .https(host: String(rest[..<colon]), port: port)
      return
    }
    throw Refusal(
      "bad-address", "'\(text)' is no address to listen at", where: "--listen",
      fix: "give unix:PATH or https://HOST:PORT")
  }

  /// Whether it is a Unix socket, which no other machine reaches.
  public var isLocal: Bool { if case .unix = self { true } else { false } }
}

extension ListenAddress: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unix(let path): "unix:\(path)"
    case .https(let host, let port): "https://\(host):\(port)"
    }
  }
}
