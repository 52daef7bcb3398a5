import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// What goes wrong between this side and the controller, besides what the libraries say.
enum TransportFault: Error {
  /// The request's own limit is over.
  case timedOut
  /// The connection ended before the answer did.
  case goneInTheMiddle
  /// The connection had ended before the request was sent.
  case closedBefore
}

extension ClientError {
  /// What an error on the way comes to, and what to do about it.
  ///
  /// - Parameter mayBeDone: whether something was asked for that changes something, and was sent.
  init(transport error: any Error, _ connection: Connection, mayBeDone: Bool) {
    let (why, fix) = Self.words(for: error, connection)
    let warning = "what was asked for may have been done or not: look before you ask again"
    self = .unreachable(connection.address, why: why, fix: mayBeDone ? warning : fix)
  }

  private static let isItThere =
    "is gschedd running there? --controller or MUSTER_CONTROLLER name another address"

  private static func words(
    for error: any Error, _ connection: Connection
  ) -> (why: String, fix: String) {
    switch error {
    case TransportFault.timedOut: ("it took too long to answer", "it may be busy: try again")
    case TransportFault.goneInTheMiddle, HTTPParserError.invalidEOFState,
      NIOSSLError.uncleanShutdown, ChannelError.ioOnClosedChannel, ChannelError.eof:
      ("the connection ended in the middle", "try again")
    case TransportFault.closedBefore: ("the connection ended", isItThere)
    case ChannelError.connectTimeout: ("nobody answered in time", isItThere)
    case let error as NIOConnectionError:
      if error.dnsAError != nil && error.dnsAAAAError != nil {
        ("the name \(error.host) stands for no address", isItThere)
      } else if let refused = error.connectionErrors.first(where: {
        ($0.error as? IOError)?.errnoCode == ECONNREFUSED
      }) ?? error.connectionErrors.first {
        // Of two families of addresses one may have no way there at all.
        words(for: refused.error, connection)
      } else {
        ("\(error)", isItThere)
      }
    case let error as IOError: (words(for: error, connection.address), isItThere)
    case NIOSSLError.handshakeFailed(let reason): handshake("\(reason)")
    case let error as BoringSSLError: handshake("\(error)")
    case let error as NIOSSLExtraError where error == .failedToValidateHostname:
      (
        "its certificate is for another name or address",
        "use a name that the certificate has, or have it made for this one: "
          + "gschedd certificate server"
      )
    case is HTTPParserError: ("what answers does not speak HTTP", isItThere)
    default: ("\(error)", isItThere)
    }
  }

  private static func words(for error: IOError, _ address: ControllerAddress) -> String {
    switch (error.errnoCode, address.way) {
    case (ENOENT, .unix): "there is no such socket"
    case (ECONNREFUSED, .unix), (EACCES, .unix): "nothing listens there, or you may not talk to it"
    case (ECONNREFUSED, .network): "nothing listens there"
    case (ECONNRESET, _), (EPIPE, _): "the connection was broken off"
    default: error.description
    }
  }

  /// BoringSSL's names of what went wrong, in the words of who runs the command.
  private static func handshake(_ reason: String) -> (why: String, fix: String) {
    let known: [(name: String, why: String, fix: String)] = [
      (
        "CERTIFICATE_VERIFY_FAILED",
        "nobody who is trusted here vouches for its certificate, or it is not good today",
        "name the file of its certificate authority with --ca-file or MUSTER_CA_FILE; if it "
          + "is that, see to this machine's clock, or have the certificate made anew: "
          + "gschedd certificate server"
      ),
      ("WRONG_VERSION_NUMBER", "it does not speak TLS", "try http://, or a Unix socket"),
      (
        "CERTIFICATE_REQUIRED", "it asks for a client certificate",
        "show one with --cert-file and --key-file"
      ),
    ]
    let rejections = [
      "BAD_CERTIFICATE", "UNKNOWN_CA", "CERTIFICATE_EXPIRED", "CERTIFICATE_REVOKED",
      "CERTIFICATE_UNKNOWN",
    ]
    if rejections.contains(where: { reason.contains($0) }) {
      return (
        "it does not take your certificate",
        "have one made by gschedd certificate, or use a token"
      )
    }
    if let known = known.first(where: { reason.contains($0.name) }) {
      return (known.why, known.fix)
    }
    return (
      "TLS failed: \(reason)",
      "does gschedd listen there with https://? And is your certificate, if you show one, good?"
    )
  }
}
