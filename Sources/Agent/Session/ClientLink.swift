public import Client
public import Wire

/// The link over a real connection: a socket or the network.
public struct ClientLink: ControllerLink {
  private let client: AgentClient

  /// A link that connects when it is first used.
  public init(_ connection: Connection) { client = AgentClient(connection) }

  /// Registers; a refusal is thrown as such.
  public func register(_ registration: AgentRegistration) async throws -> AgentSession {
    try await Self.refusing { try await client.register(registration) }
  }

  /// Reports; a refusal is thrown as such.
  public func report(
    _ batch: ReportBatch, _ session: AgentSession
  ) async throws -> ReportReceipt {
    try await Self.refusing { try await client.report(batch, session: session.session) }
  }

  /// Asks for commands; a refusal is thrown as such.
  public func commands(
    _ session: AgentSession, after: UInt64, wait: Int64
  ) async throws -> CommandBatch {
    try await Self.refusing {
      try await client.commands(session: session.session, after: after, waitMs: Int(wait))
    }
  }

  private static func refusing<T>(_ call: () async throws -> T) async throws -> T {
    do {
      return try await call()
    } catch ClientError.refused(let refusal) {
      throw refusal
    }
  }
}
