/// Where the controller listens: `unix:PATH`, `https://HOST:PORT` or `http://HOST:PORT`.
public struct ControllerAddress: Hashable, Sendable {
  /// How its bytes travel.
  public enum Way: Hashable, Sendable {
    /// Through a socket in the file system.
    case unix(path: String)
    /// Through the network, by TLS where it is secured; `host` is a name or an IP address.
    case network(host: String, port: Int, isSecured: Bool)
  }

  /// How its bytes travel.
  public let way: Way

  /// An address that is known to be one.
  public init(_ way: Way) { self.way = way }

  /// Reads an address as `--controller` takes it; a bare absolute path is a Unix socket.
  ///
  /// - Throws: `ClientError.badAddress` where it is none.
  public init(parsing text: String) throws(ClientError) {
    if text.hasPrefix("unix:") || text.hasPrefix("/") {
      let path = text.hasPrefix("/") ? text[...] : text.dropFirst("unix:".count)
      guard !path.isEmpty else {
        throw .badAddress(text, why: "no path stands behind unix:")
      }
      // The kernel's own limit: sun_path has 108 bytes with the zero at its end.
      guard path.utf8.count < 108 else {
        throw .badAddress(text, why: "a socket's path has at most 107 bytes")
      }
      way = .unix(path: String(path))
      return
    }
    guard let scheme = ["https://", "http://"].first(where: { text.hasPrefix($0) }) else {
      throw .badAddress(text, why: "it begins with none of unix:, https:// and http://")
    }
    var rest = text.dropFirst(scheme.count)
    while rest.last == "/" { rest.removeLast() }
    let isSecured = scheme == "https://"
    guard let (host, port) = Self.split(rest, usual: isSecured ? 443 : 80) else {
      throw .badAddress(text, why: "'\(rest)' is no host with its port")
    }
    way = .network(host: host, port: port, isSecured: isSecured)
  }

  /// `HOST`, `HOST:PORT`, or the same with an IPv6 address in brackets.
  private static func split(_ text: Substring, usual: Int) -> (host: String, port: Int)? {
    var host = text
    var port = usual
    let end = text.lastIndex(of: "]") ?? text.startIndex
    if let colon = text[end...].lastIndex(of: ":") {
      guard let number = UInt16(text[text.index(after: colon)...]), number > 0 else { return nil }
      port = Int(number)
      host = text[..<colon]
    }
    let isBracketed = host.first == "[" && host.last == "]"
    if isBracketed { host = host.dropFirst().dropLast() }
    guard !host.isEmpty,
      host.allSatisfy({ isHostCharacter($0) || isBracketed && $0 == ":" })
    else { return nil }
    return (String(host), port)
  }

  private static func isHostCharacter(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber || ".-_".contains(character))
  }

  /// The address that a command uses: an option's, then `MUSTER_CONTROLLER`'s, then the user's own
  /// socket if there is one, then the machine's.
  ///
  /// - Parameter isThere: Whether a path exists.
  /// - Throws: `ClientError.badAddress` where what was given is none.
  public static func find(
    option: String?, environment: [String: String], isThere: (String) -> Bool
  ) throws(ClientError) -> ControllerAddress {
    if let given = option ?? environment["MUSTER_CONTROLLER"], !given.isEmpty {
      return try ControllerAddress(parsing: given)
    }
    if let folder = environment["XDG_RUNTIME_DIR"], !folder.isEmpty {
      let path = "\(folder)/muster.sock"
      if isThere(path) { return ControllerAddress(.unix(path: path)) }
    }
    return ControllerAddress(.unix(path: "/run/muster/muster.sock"))
  }
}

extension ControllerAddress: CustomStringConvertible {
  /// What a request's `Host` says.
  var authority: String {
    switch way {
    case .unix: "localhost"
    case .network(let host, let port, _): Self.authority(host, port)
    }
  }

  private static func authority(_ host: String, _ port: Int) -> String {
    host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
  }

  public var description: String {
    switch way {
    case .unix(let path): "unix:\(path)"
    case .network(let host, let port, let isSecured):
      (isSecured ? "https://" : "http://") + Self.authority(host, port)
    }
  }
}
