import Client
import Foundation
import Glibc
import Synchronization
import Units
import Wire

/// Users who submit, cancel and release, whatever becomes of the daemon; what they were told.
final class EnduranceUsers: Sendable {
  /// What users know.
  struct Ledger: Sendable {
    /// What was acknowledged, by the first job of each request.
    var jobs: [UInt32: EnduranceLoad.Request] = [:]
    /// All requests that were ever sent, by name.
    var requests: [String: EnduranceLoad.Request] = [:]
    /// The first jobs of requests whose cancel was acknowledged, or was sent.
    var cancelled: Set<UInt32> = []
    /// How many submissions nobody answered.
    var unanswered = 0
    /// Answers that should not have been given.
    var troubles: [String] = []
  }

  private struct Deed: Sendable {
    var due: ContinuousClock.Instant
    var jobs: Range<UInt32>
    var change: JobChange
  }

  private struct Desk: Sendable {
    var ledger = Ledger()
    var load: EnduranceLoad
    var allowed = 0
    var acknowledged = 0
    var isOver = false
  }

  private let stage: Stage
  private let desk: Mutex<Desk>
  private let seed: UInt64

  init(_ stage: Stage, _ load: EnduranceLoad, seed: UInt64) {
    self.stage = stage
    self.seed = seed
    desk = Mutex(Desk(load: load))
  }

  /// How many jobs were acknowledged.
  var acknowledged: Int { desk.withLock { $0.acknowledged } }

  /// What users know by now.
  var ledger: Ledger { desk.withLock { $0.ledger } }

  /// Users go on until so many jobs are acknowledged, and wait then.
  func allow(_ jobs: Int) { desk.withLock { $0.allowed = jobs } }

  /// Users do what they still have to, and go.
  func end() { desk.withLock { $0.isOver = true } }

  func note(_ trouble: String) { desk.withLock { $0.ledger.troubles.append(trouble) } }

  /// One user's work, until all is over.
  func work(number: Int) {
    guard let client = try? stage.client() else { return note("no client can be made") }
    var deeds: [Deed] = []
    while true {
      deeds = deeds.filter { $0.due > .now || !perform($0, client) }
      let (isOver, mayGoOn) = desk.withLock { ($0.isOver, $0.acknowledged < $0.allowed) }
      if isOver, deeds.isEmpty { return }
      guard mayGoOn, !isOver, serves(client) else {
        usleep(10_000)
        continue
      }
      if let deed = submit(client) { deeds += deed }
    }
  }

  private func serves(_ client: ControllerClient) -> Bool {
    let standing: ServerStanding? = try? client.get(from: Route.ping)
    return standing != nil
  }

  private func submit(_ client: ControllerClient) -> [Deed]? {
    let request = desk.withLock { desk in
      let earlier = desk.ledger.jobs.filter { !$1.isHeldForGood }.keys.sorted().suffix(50)
      let request = desk.load.next(after: Array(earlier))
      desk.ledger.requests[request.submission.name] = request
      return request
    }
    let reply: SubmissionReply
    do {
      reply = try client.post(request.submission, to: Route.jobs)
    } catch .refused(let refusal) where refusal.code != "stopped" {
      note("'\(request.submission.name)' was refused: \(refusal)")
      return nil
    } catch {
      desk.withLock { $0.ledger.unanswered += 1 }
      return nil
    }
    return desk.withLock { desk in
      if let other = desk.ledger.jobs[reply.job] {
        desk.ledger.troubles.append(
          "job \(reply.job) was given to '\(other.submission.name)' and to "
            + "'\(request.submission.name)'")
      }
      if reply.count != request.count {
        desk.ledger.troubles.append("\(request.count) jobs were submitted, \(reply) answered")
      }
      desk.ledger.jobs[reply.job] = request
      desk.acknowledged += reply.count
      let jobs = reply.job..<(reply.job + UInt32(reply.count))
      return [
        request.cancelledAfterMs.map {
          Deed(due: .now + .milliseconds($0), jobs: jobs, change: .cancel)
        },
        request.releasedAfterMs.map {
          Deed(due: .now + .milliseconds($0), jobs: jobs, change: .release)
        },
      ].compactMap(\.self)
    }
  }

  /// Says whether it was acknowledged for each job, or is too late.
  private func perform(_ deed: Deed, _ client: ControllerClient) -> Bool {
    // Whether a cancel came through is unknown as long as nobody answers.
    if deed.change == .cancel {
      desk.withLock { _ = $0.ledger.cancelled.insert(deed.jobs.lowerBound) }
    }
    for job in deed.jobs {
      do throws(ClientError) {
        try client.post(deed.change, to: Route.change(job))
      } catch {
        guard case .refused(let refusal) = error else { return false }
        switch refusal.code {
        case "not-running", "not-waiting": continue
        case "stopped": return false
        default: note("\(deed.change) of \(job) was refused: \(refusal)")
        }
      }
    }
    return true
  }
}
