import Wire

/// An agent: a host, and the session in which the controller tells it what to do.
///
///     register ──▶ in session: reports out, commands in ──refused──▶ register …
///        ▲                       │ can't be reached: tried again, within the session
///        └───────────────────────┘
///
/// Whatever the state, tasks run on until the controller has been away for as long as the fence.
public actor NodeAgent {
  private let name: String
  private let link: any ControllerLink
  private let host: any TaskHost
  private let outbox: ReportOutbox
  private let folder: AgentFolder
  private let log: @Sendable (String) -> Void
  private var contact: Contact
  private var lastTrouble: String?
  private var hasJoined = false

  /// So many reports go at once, and so many bytes of them.
  private static let mostReports = 2_000
  private static let mostBytes = 8 << 20
  /// Reports gather for so long where many come.
  private static let gatherMs: Int64 = 5
  /// A question for commands waits so long for an answer.
  private static let longestWaitMs: Int64 = 20_000
  /// The host looks after itself so often.
  private static let checkMs: Int64 = 5_000

  /// An agent that keeps what it must know after a restart in a folder.
  public init(
    name: String, link: any ControllerLink, host: any TaskHost, outbox: ReportOutbox,
    folder: AgentFolder, log: @escaping @Sendable (String) -> Void
  ) {
    self.name = name
    self.folder = folder
    self.link = link
    self.host = host
    self.outbox = outbox
    self.log = log
    contact = Contact(state: folder.path)
  }

  /// Runs until its task is cancelled; the tasks of its host run on.
  public func run() async {
    await withTaskGroup { group in
      group.addTask { await self.serveSessions() }
      group.addTask { await self.keepFence() }
      group.addTask { await self.keepChecking() }
    }
    // Its successor need not say again what was acknowledged.
    await host.check()
  }

  private func pause(_ milliseconds: Int64) async {
    try? await Task.sleep(for: .milliseconds(milliseconds))
  }

  private func keepFence() async {
    while !Task.isCancelled {
      if contact.isOver(at: Linux.bootMs) {
        log("the controller has been away for as long as the fence: all tasks are ended")
        await host.fence()
      }
      await pause(contact.pauseMs)
    }
  }

  private func keepChecking() async {
    while !Task.isCancelled {
      await host.check()
      await pause(Self.checkMs)
    }
  }

  // MARK: Sessions

  private func serveSessions() async {
    var backoff = Backoff()
    while !Task.isCancelled {
      do {
        let session = try await register()
        let beganMs = Linux.bootMs
        await serve(session)
        // A controller that refuses each session at once is not asked a thousand times a second.
        if Linux.bootMs - beganMs > 1000 { backoff = Backoff() }
      } catch {
        say("\(error)")
      }
      if !Task.isCancelled { await pause(backoff.nextMs()) }
    }
  }

  private func register() async throws -> AgentSession {
    var registration = AgentRegistration(
      name: name, instance: folder.instance, nodes: await host.nodes(),
      members: await host.members())
    (registration.cluster, registration.epoch) = (folder.served.cluster, folder.served.epoch)
    // Once: whoever has taken the node over since is not to be driven out again.
    registration.takesOver = folder.takesOver && !hasJoined
    let sentMs = Linux.bootMs
    let session = try await link.register(registration)
    do { try folder.serve(session.cluster, session.epoch) } catch {
      log("whom it serves can't be kept in \(folder.path): \(error)")
    }
    hasJoined = true
    contact.joined(session)
    contact.heard(sentMs: sentMs)
    outbox.renumber()
    await host.joined(session)
    lastTrouble = nil
    log("in session \(session.session), epoch \(session.epoch)")
    for refusal in session.refused.prefix(10) { log("refused: \(refusal)") }
    return session
  }

  /// Until the controller refuses the session.
  private func serve(_ session: AgentSession) async {
    await withTaskGroup { group in
      group.addTask { await self.sendReports(session) }
      group.addTask { await self.takeCommands(session) }
      group.addTask { await self.keepRinging(session) }
      await group.next()
      group.cancelAll()
    }
  }

  private func keepRinging(_ session: AgentSession) async {
    while !Task.isCancelled {
      await pause(max(10, session.heartbeatMs))
      outbox.ring()
    }
  }

  private func sendReports(_ session: AgentSession) async {
    var backoff = Backoff()
    for await _ in outbox.listen() {
      var batch = outbox.batch(most: Self.mostReports, bytes: Self.mostBytes)
      batch.fenceMs = contact.keptFenceMs
      do {
        let sentMs = Linux.bootMs
        let receipt = try await link.report(batch, session)
        if let fence = receipt.fenceMs { contact.keep(to: fence) }
        contact.heard(sentMs: sentMs)
        backoff = Backoff()
        let done = outbox.acknowledge(receipt)
        if !done.isEmpty { await host.acknowledged(done) }
        // What is sent but not yet durable is not sent again at once.
        if outbox.count > 0 {
          if done.isEmpty { await pause(10 * Self.gatherMs) }
          outbox.ring()
        }
        await pause(Self.gatherMs)
      } catch let refusal as Refusal {
        return say("the session is over: \(refusal)")
      } catch {
        say("\(error)")
        await pause(backoff.nextMs())
        outbox.ring()
      }
    }
  }

  private func takeCommands(_ session: AgentSession) async {
    var backoff = Backoff()
    var last: UInt64 = 0
    while !Task.isCancelled {
      do {
        let sentMs = Linux.bootMs
        let batch = try await link.commands(session, after: last, wait: Self.longestWaitMs)
        contact.heard(sentMs: sentMs)
        backoff = Backoff()
        guard batch.commands.isEmpty || batch.first <= last + 1 else {
          return log("commands \(last + 1) to \(batch.first - 1) never came: a new session")
        }
        for (number, command) in zip(batch.first..., batch.commands) where number > last {
          await host.obey(command)
          last = number
        }
      } catch let refusal as Refusal {
        return say("the session is over: \(refusal)")
      } catch {
        say("\(error)")
        await pause(backoff.nextMs())
      }
    }
  }

  /// Says a trouble once, not each time that it comes again.
  private func say(_ trouble: String) {
    guard trouble != lastTrouble, !Task.isCancelled else { return }
    lastTrouble = trouble
    log(trouble)
  }
}

/// How long to wait before the next try: longer each time, and never all agents at once.
struct Backoff {
  private var mostMs: Int64 = 50

  mutating func nextMs() -> Int64 {
    defer { mostMs = min(mostMs * 2, 5_000) }
    return Int64.random(in: mostMs / 2...mostMs)
  }
}
