import Codec
import Foundation
import NIOSSL
import Server
import Store
import Testing
import Units
import Wire

@Suite(.timeLimit(.minutes(20))) struct `The API over HTTPS` {
  private let folder: TemporaryFolder
  private let site: SiteCertificates
  private let service: Service
  private let certificate: ServerCertificate
  private let client: RawClient

  init() async throws {
    folder = try TemporaryFolder()
    site = try SiteCertificates(in: folder)
    certificate = try ServerCertificate(site.files)
    service = try await Service(certificate, in: folder)
    client = RawClient(
      place: .port(try #require(service.port), trusting: try site.context()))
  }

  private func token(_ subject: String, as role: Role = .user) async throws -> String {
    try await service.station.daemon.issuer.issue(
      TokenRequest(
        subject: subject, role: role, account: role == .coordinator ? "ada" : nil,
        lifetimeMs: 3_600_000), by: Station.root, in: service.station.state
    ).token
  }

  /// All endpoints, with something in place of stars, and a body that would do something.
  static let requests: [(endpoint: Endpoint, path: String, body: String)] =
    Endpoint.allCases.map { endpoint in
      let path = endpoint.rawValue.split(separator: " ")[1]
      let body =
        switch endpoint {
        case .submit, .forecast: `The API over a Unix socket`.submission
        case .changeJob: #"{"cancel": {}}"#
        case .changeNodes: #"{"nodes": "n0", "action": "drain"}"#
        case .changePolicy: LiveCluster.policy.replacing("1 d", with: "2 d")
        case .changeFleet: LiveCluster.fleet.replacing("n[0-1]", with: "n[0-3]")
        case .editPolicy: #"{"add_account": {"path": "linus", "weight": 1}}"#
        case .makeToken: #"{"subject": "ada", "role": "user", "lifetime_ms": 60000}"#
        case .revokeTokens: #"{"ids": [], "subject": "grace"}"#
        case .register: Self.registration("n0", of: [])
        case .report: #"{"first": 1, "reports": []}"#
        case .ping, .jobs, .job, .why, .output, .history, .nodes, .accounts, .reservations,
          .policy, .policyChanges, .policyChange, .journal, .fleet, .tokens, .commands:
          ""
        }
      let isAgents = [.commands, .report].contains(endpoint)
      return (endpoint, "/v1/" + path.replacing("*", with: isAgents ? "1-1" : "1"), body)
    }

  /// What an agent says first; agents of other names have other numbers.
  private static func registration(_ name: String, of nodes: [String]) -> String {
    let nodes = nodes.map { name in
      var node = AgentRegistration.Node(
        name: name, address: "x", milliCores: 64_000, memoryMib: 65_536)
      node.model = "h100"
      node.accelerators = 8
      return node
    }
    let instance = name.utf8.reduce(UInt64(1)) { $0 * 256 + UInt64($1) }
    let registration = AgentRegistration(name: name, instance: instance, nodes: nodes)
    guard let bytes = try? WireJSON.encode(registration) else { return "" }
    return String(decoding: bytes, as: UTF8.self)
  }

  private var journal: UInt64 {
    get async {
      _ = await service.station.controller.settled()
      return service.station.controller.store.durable.sequence
    }
  }

  @Test func `answers nothing and changes nothing without a token`() async throws {
    let submitted = try await service.client.post(
      Route.jobs, `The API over a Unix socket`.submission)
    #expect(submitted.status == 201)
    let good = try await token("ada")
    let before = await journal
    let bad = [
      nil, "Bearer", "Bearer ", "Basic cm9vdDo=", "Bearer x", "Bearer \(good)x", good,
      "Bearer \(good) \(good)",
    ]
    for proof in bad {
      var client = client
      client.authorization = proof
      for (endpoint, path, body) in Self.requests {
        let method = String(endpoint.rawValue.prefix { $0 != " " })
        let answer = try await client.ask(method, path, body)
        #expect(answer.status == 401, "\(endpoint.rawValue) with \(proof ?? "nothing")")
        #expect(answer.code == (proof == nil ? "unknown-caller" : "bad-token"))
      }
      // What isn't there answers no otherwise.
      #expect(try await client.ask("DELETE", "/v1/nothing").status == 401)
    }
    #expect(await journal == before)
    await service.stop()
  }

  @Test(arguments: Role.allCases)
  func `is open to each role as its table says`(role: Role) async throws {
    let subject = role == .agent ? "n0" : "ada"
    let client = client.bearing(try await token(subject, as: role))
    for (endpoint, path, body) in Self.requests {
      let method = String(endpoint.rawValue.prefix { $0 != " " })
      let before = await journal
      let answer = try await client.ask(method, path, body)
      let isOpen = endpoint.roles.contains(role)
      // A user's own token makes no other one.
      let isClosed = endpoint == .makeToken && [.user, .coordinator].contains(role)
      #expect((answer.status == 403) == (!isOpen || isClosed), "\(endpoint.rawValue): \(answer)")
      #expect(answer.status < 500 && answer.status != 401, "\(endpoint.rawValue): \(answer)")
      if answer.status == 403 {
        #expect(answer.code == "not-permitted")
        #expect(await journal == before)
      }
    }
    await service.stop()
  }

  @Test func `keeps another user's jobs to their owner`() async throws {
    let (ada, grace) = (
      client.bearing(try await token("ada")), client.bearing(try await token("grace"))
    )
    #expect(
      try await service.client.post(Route.jobs, `The API over a Unix socket`.submission).status
        == 201)
    let before = await journal
    for route in [Route.job(1), Route.why(1), Route.output(1)] {
      #expect(try await grace.get(route).status == 403)
    }
    for change in ["cancel", "hold", "release"] {
      let answer = try await grace.post(Route.change(1), "{\"\(change)\": {}}")
      #expect(answer.status == 403)
    }
    #expect(try await grace.get(Route.jobs).lines == [])
    #expect(await journal == before)
    // The daemon's own user has submitted it: a job of theirs is not ada's either.
    #expect(try await ada.get(Route.job(1)).status == 403)
    await service.stop()
  }

  @Test func `gives an agent its own nodes alone`() async throws {
    let (n0, n1) = (
      client.bearing(try await token("n0", as: .agent)),
      client.bearing(try await token("n1", as: .agent))
    )
    #expect(try await n0.post(Route.agents, Self.registration("n0", of: ["n1"])).status == 403)
    #expect(try await n0.post(Route.agents, Self.registration("n0", of: ["n0"])).status == 200)
    #expect(try await n0.get(Route.commands("1-1")).status == 200)
    #expect(try await n1.get(Route.commands("1-1")).status == 403)
    #expect(try await n1.post(Route.reports("1-1"), #"{"first":1,"reports":[]}"#).status == 403)
    #expect(try await n0.post(Route.reports("1-1"), #"{"first":1,"reports":[]}"#).status == 200)
    // One that says it is another takes neither its session nor its place.
    for nodes in [[], ["n1"]] {
      let stranger = Self.registration("n0", of: nodes)
      let answer = try await n1.post(Route.agents, stranger)
      #expect(answer.status == 403 && answer.body.contains("copied from another node"))
    }
    #expect(try await n0.get(Route.commands("1-1")).status == 200)
    #expect(try await n1.post(Route.agents, Self.registration("n1", of: ["n1"])).status == 200)
    #expect(try await n0.get(Route.commands("1-1")).status == 200)
    await service.stop()
  }

  @Test func `lets an agent go on with the nodes that its token still has`() async throws {
    let both = client.bearing(try await token("n[0-1]", as: .agent))
    let nodes = ["n0", "n1"]
    #expect(try await both.post(Route.agents, Self.registration("a", of: nodes)).status == 200)
    #expect(try await both.get(Route.commands("1-1")).status == 200)
    let rest = client.bearing(try await token("n0", as: .agent))
    #expect(try await rest.get(Route.commands("1-1")).status == 403)
    let answer = try await rest.post(Route.agents, Self.registration("a", of: nodes))
    let session = try WireJSON.decode(AgentSession.self, from: Data(answer.body.utf8))
    #expect(session.refused.map(\.code) == ["not-permitted"])
    #expect(session.refused.map(\.place) == ["n1"])
    #expect(try await rest.get(Route.commands(session.session)).status == 200)
    // Of the other node it has taken nothing: who may speak for it still does.
    #expect(try await rest.get(Route.commands("1-1")).status == 403)
    #expect(try await both.get(Route.commands("1-1")).status == 200)
    // Started anew for the one node alone, it is still who it was.
    #expect(try await rest.post(Route.agents, Self.registration("a", of: ["n0"])).status == 200)
    await service.stop()
  }

  @Test func `takes no report of an agent's twice, nor one of a session that is over`() async throws
  {
    let n0 = client.bearing(try await token("n0", as: .agent))
    let registration = Self.registration("n0", of: ["n0"])
    let batch = ReportBatch(first: 1, reports: [.health(node: "n0", trouble: "hot")])
    let report = String(decoding: try WireJSON.encode(batch), as: UTF8.self)
    #expect(try await n0.post(Route.agents, registration).status == 200)
    #expect(try await n0.post(Route.reports("1-1"), report).status == 200)
    // Its answer was lost: it may be said again, until the agent goes on.
    #expect(try await n0.post(Route.reports("1-1"), report).status == 200)
    #expect(try await n0.post(Route.reports("1-1"), #"{"first":2,"reports":[]}"#).status == 200)
    let before = await journal
    let replayed = try await n0.post(Route.reports("1-1"), report)
    #expect(replayed.status == 409)
    #expect(replayed.code == "replayed")
    #expect(await journal == before)
    // The node is well now: that is news.
    #expect(try await n0.post(Route.agents, registration).status == 200)
    let registered = await journal
    let late = try await n0.post(Route.reports("1-1"), report)
    #expect(late.status == 404)
    #expect(late.code == "no-such-session")
    #expect(await journal == registered)
    await service.stop()
  }

  @Test func `knows who shows a certificate`() async throws {
    let rows = [
      (["node", "n0"], #""role":"agent","#, #""user":"n0""#),
      (["user", "ada"], #""role":"user","#, #""user":"ada""#),
      (["user", "bob", "--role", "operator"], #""role":"operator","#, #""user":"bob""#),
    ]
    for (words, role, user) in rows {
      let path = folder.path(words[1])
      try site.make(words + ["-o", path])
      let client = RawClient(
        place: .port(try #require(service.port), trusting: try site.context(showing: path)))
      let answer = try await client.get(Route.ping)
      #expect(answer.body.contains(role) && answer.body.contains(user), "\(answer)")
    }
    await service.stop()
  }

  @Test func `knows a user by a common name, but not root`() async throws {
    for (name, status) in [("ada", 200), ("root", 401), ("a b", 401)] {
      let context = try site.context(showing: try site.plain(name))
      let client = RawClient(place: .port(try #require(service.port), trusting: context))
      let answer = try await client.get(Route.ping)
      #expect(answer.status == status)
      if status == 200 { #expect(answer.body.contains(#""role":"user""#)) }
      let change = try await client.post(Route.policy, LiveCluster.policy)
      #expect(change.status == (status == 200 ? 403 : 401))
    }
    await service.stop()
  }

  @Test func `knows nobody whose certificate another authority has signed`() async throws {
    let other = try TemporaryFolder()
    let path = folder.path("eve")
    try SiteCertificates(in: other).make(["user", "ada", "-o", path])
    let client = RawClient(
      place: .port(try #require(service.port), trusting: try site.context(showing: path)))
    let answer = try? await client.get(Route.ping)
    #expect(answer == nil || answer?.status == 0)
    await service.stop()
  }

  @Test func `shows the certificate that was there at the last SIGHUP`() async throws {
    let first = client
    let text = try String(contentsOfFile: site.files.certificate, encoding: .utf8)
    try "nothing".write(toFile: site.files.certificate, atomically: true, encoding: .utf8)
    await service.station.daemon.reread(nil, certificate)
    #expect(try await first.get(Route.ping).status == 401)
    try text.write(toFile: site.files.certificate, atomically: true, encoding: .utf8)
    // Another authority signs another certificate.
    try FileManager.default.removeItem(atPath: site.authority)
    try site.make(["server", "localhost"])
    #expect(try await first.get(Route.ping).status == 401)
    await service.station.daemon.reread(nil, certificate)
    let second = RawClient(
      place: .port(try #require(service.port), trusting: try site.context()))
    #expect(try await second.get(Route.ping).status == 401)
    await #expect(throws: (any Error).self) { try await first.get(Route.ping) }
    await service.stop()
  }

  @Test func `takes no body that is too long`() async throws {
    let client = client.bearing(try await token("root", as: .administrator))
    let limits = [
      (Route.jobs, 8 << 20), (Route.tokens, 1 << 20), (Route.policyEdits, 1 << 20),
      (Route.nodeChanges, 1 << 20), (Route.policy, 16 << 20),
    ]
    let before = await journal
    for (route, most) in limits {
      let answer = try await client.post(route, String(repeating: "x", count: most + 1))
      #expect(answer.status == 413, "\(route)")
    }
    #expect(await journal == before)
    await service.stop()
  }
}

@Suite struct `A certificate of the daemon's` {
  private let folder: TemporaryFolder
  private let site: SiteCertificates

  init() throws {
    folder = try TemporaryFolder()
    site = try SiteCertificates(in: folder)
  }

  private func fault(_ files: ServerCertificate.Files) -> String {
    do throws(Refusal) {
      _ = try ServerCertificate(files)
      return ""
    } catch { return error.description }
  }

  @Test func `is refused with what is wrong with it`() throws {
    var files = site.files
    #expect(fault(files) == "")
    files.certificate = folder.path("none")
    #expect(fault(files).contains("none: the file can't be read; 'gschedd certificate server"))
    files.certificate = site.files.key
    #expect(fault(files).contains("server.key: the file holds no certificate"))
    files = site.files
    files.key = folder.path("none")
    #expect(fault(files).contains("none: the file can't be read"))
    files.key = folder.path("tls/ca.key")
    #expect(fault(files).contains("ca.key: the file is not the key of"))
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o644], ofItemAtPath: site.files.key)
    #expect(fault(site.files).contains("others may read or change the file: its mode is 644"))
  }

  @Test(arguments: [(-2.0, "was good until"), (1.0, "is good only from")])
  func `is refused on other days than its own`(days: Double, what: String) throws {
    let pair = try SiteCertificates.ofADay(in: days)
    var files = site.files
    files.certificate = folder.path("day.pem")
    files.key = folder.path("day.key")
    try pair.certificate.write(toFile: files.certificate, atomically: true, encoding: .utf8)
    try pair.key.write(toFile: files.key, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: files.key)
    #expect(fault(files).contains(what))
  }

  @Test func `has a key that nobody else can read`() throws {
    for name in ["ca.key", "server.key"] {
      let path = folder.path("tls/\(name)")
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
      #expect((mode as? NSNumber)?.intValue == 0o600)
    }
  }
}
