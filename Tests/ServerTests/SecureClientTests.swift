import Client
import Dispatch
import Foundation
import Server
import Testing
import Wire

/// What people are told who reach a daemon over TLS, or don't.
@Suite(.timeLimit(.minutes(20))) struct `A client over HTTPS` {
  private let folder: TemporaryFolder
  private let site: SiteCertificates
  private let service: Service

  init() async throws {
    folder = try TemporaryFolder()
    site = try SiteCertificates(in: folder)
    service = try await Service(ServerCertificate(site.files), in: folder)
  }

  /// Who a daemon takes a client for, or in one paragraph why there is none.
  private func ping(
    _ host: String = "localhost", trusting authority: String? = nil, token: String? = nil,
    showing identity: String? = nil
  ) async throws -> String {
    let port = try #require(service.port)
    var connection = Connection(try ControllerAddress(parsing: "https://\(host):\(port)"))
    connection.authorityFile = authority ?? site.authority
    connection.token = token
    connection.identity = identity.map {
      Connection.Identity(certificateFile: $0 + ".pem", keyFile: $0 + ".key")
    }
    // It waits for its answer, and must not do so where the daemon's tasks run.
    return await withCheckedContinuation { [connection] said in
      DispatchQueue.global().async { said.resume(returning: Self.ping(connection)) }
    }
  }

  private static func ping(_ connection: Connection) -> String {
    do throws(ClientError) {
      let standing = try ControllerClient(connection).get(
        ServerStanding.self, from: Route.ping)
      return "\(standing.role?.rawValue ?? "") \(standing.user ?? "")"
    } catch { return "\(error.exitCode) \(error)" }
  }

  @Test func `is known by its token or its certificate`() async throws {
    let token = try await service.station.daemon.issuer.issue(
      TokenRequest(subject: "ada", role: .user, lifetimeMs: 60_000), by: Station.root,
      in: service.station.state)
    #expect(try await ping(token: token.token) == "user ada")
    #expect(try await ping("127.0.0.1", token: token.token) == "user ada")
    let path = folder.path("grace")
    try site.make(["user", "grace", "--role", "operator", "-o", path])
    #expect(try await ping(showing: path) == "operator grace")
    #expect(try await ping(token: token.token, showing: path) == "user ada")
    await service.stop()
  }

  @Test func `is told what is wrong, and what to do`() async throws {
    #expect(try await ping().hasPrefix("1 Authorization: nobody knows who asks; send a token"))
    #expect(try await ping(token: "x").contains("this is no token of this cluster's; make another"))
    let other = try TemporaryFolder()
    let stranger = try SiteCertificates(in: other)
    let untrusted = try await ping(trusting: stranger.authority)
    #expect(untrusted.hasPrefix("3 the scheduler can't be reached at https://localhost:"))
    #expect(untrusted.contains("vouches for its certificate"))
    #expect(untrusted.contains("--ca-file or MUSTER_CA_FILE"))
    let renamed = try await ping("127.0.0.2")
    #expect(renamed.hasPrefix("3 "))
    let path = folder.path("eve")
    try stranger.make(["user", "ada", "-o", path])
    #expect(try await ping(showing: path).hasPrefix("3 "))
    await service.stop()
  }
}
