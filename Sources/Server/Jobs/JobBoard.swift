import Cluster
import Codec
import Control
import Foundation
import Jobs
import Scheduling
import Synchronization
import Units

/// What lists show of live jobs beside the durable state, and who waits for a job to be over.
final class JobBoard: Performer {
  fileprivate struct Board: Sendable {
    var cards = CardTable()
    /// Why jobs of one kind wait, as the last plan that looked has said.
    var reasons: [JobRequest: String] = [:]
    /// A gate for each who waits: it also opens when their time is over.
    var gates: [JobID: [Gate]] = [:]
  }

  /// More kinds of waiting jobs than these are forgotten, and told again by later plans.
  fileprivate static let mostReasons = 20_000

  private let board = Mutex(Board())

  /// Puts back what is known of a live job, after a restart.
  func restore(_ card: SubmissionCard, for job: JobID) {
    board.withLock { $0.cards[job] = card }
  }

  /// The card of a live job; nil where it was submitted without one.
  func card(of job: JobID) -> SubmissionCard? { board.withLock { $0.cards[job] } }

  /// All cards, and why jobs wait.
  var view: (cards: CardTable, reasons: [JobRequest: String]) {
    board.withLock { ($0.cards, $0.reasons) }
  }

  /// Waits until a job is over, or for so long.
  func waitForEnd(
    of job: JobID, atMost milliseconds: Int, isOver: @Sendable () -> Bool
  ) async {
    let gate = Gate()
    board.withLock { $0.gates[job, default: []].append(gate) }
    // It may have been over before anybody knew that somebody waits.
    guard !isOver() else { return }
    await gate.wait(atMost: milliseconds)
    board.withLock { board in
      board.gates[job]?.removeAll { $0 === gate }
      if board.gates[job]?.isEmpty == true { board.gates[job] = nil }
    }
  }

  /// Lets all go who wait for jobs: the daemon is about to stop.
  func release() {
    let gates = board.withLock { board in
      defer { board.gates = [:] }
      return board.gates.values.flatMap { $0 }
    }
    for gate in gates { gate.open() }
  }

  func perform(_ aftermath: Aftermath) {
    let gates = board.withLock { board in
      var opened: [Gate] = []
      for effect in aftermath.effects {
        switch effect {
        case .accepted(let job): board.file(aftermath.input, from: job, count: 1)
        case .acceptedArray(let job, let count):
          board.file(aftermath.input, from: job, count: count)
        case .append(.ended(let job, _, _)), .append(.cancelled(let job, _)):
          board.cards[job] = nil
          opened += board.gates.removeValue(forKey: job) ?? []
        case .record(.hold(let job, _, let verdict)): board.note(verdict, of: job)
        default: break
        }
      }
      return opened
    }
    for gate in gates { gate.open() }
  }
}

extension JobBoard.Board {
  fileprivate mutating func file(_ input: JournalInput, from first: JobID, count: Int) {
    guard case .submission(let request, _, let bytes) = input,
      let spec = try? SubmissionSpec(decoding: bytes)
    else { return }
    let card = SubmissionCard(first: first, request, spec)
    for number in 0..<UInt32(count) { cards[JobID(first.number + number)] = card }
  }

  fileprivate mutating func note(_ verdict: Verdict, of job: JobID) {
    guard var request = cards[job]?.request else { return }
    request.array = nil
    if reasons.count >= JobBoard.mostReasons { reasons = [:] }
    reasons[request] = verdict.word
  }
}
