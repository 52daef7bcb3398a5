import Synchronization
public import Wire

/// Reports on their way to the controller, in order: numbered anew in each session, and kept until
/// they are acknowledged.
///
/// It is not on a disk: what must survive a restart of the agent lies in the members' folders, from
/// which the host says it again.
public final class ReportOutbox: Sendable {
  private struct Contents {
    var first: UInt64 = 1
    var reports: [Report] = []
  }

  private let contents = Mutex(Contents())
  private let bell = Mutex<AsyncStream<Void>.Continuation?>(nil)

  /// An empty outbox.
  public init() {}

  /// Rings when there is something to send, for the one who sends in this session; who listened
  /// before hears the end.
  func listen() -> AsyncStream<Void> {
    let (stream, next) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let before = bell.withLock { bell in
      let before = bell
      bell = next
      return before
    }
    before?.finish()
    if count > 0 { next.yield() }
    return stream
  }

  /// Adds a report.
  public func post(_ report: Report) { post(contentsOf: [report]) }

  /// Adds reports, in their order.
  public func post(contentsOf reports: some Sequence<Report>) {
    let all = Array(reports)
    contents.withLock { $0.reports.append(contentsOf: all) }
    ring()
  }

  /// How many wait to be acknowledged.
  public var count: Int { contents.withLock { $0.reports.count } }

  func ring() { bell.withLock { _ = $0?.yield() } }

  /// The oldest reports, at most so many and of so many bytes, but one at least.
  func batch(most: Int, bytes mostBytes: Int) -> ReportBatch {
    contents.withLock { contents in
      var bytes = 0
      let reports = contents.reports.prefix(most).prefix { report in
        defer { bytes += report.roughBytes }
        return bytes == 0 || bytes + report.roughBytes <= mostBytes
      }
      return ReportBatch(first: contents.first, reports: Array(reports))
    }
  }

  /// Takes out what is acknowledged; late and double receipts change nothing.
  func acknowledge(_ receipt: ReportReceipt) -> [Report] {
    contents.withLock { contents in
      guard receipt.acknowledged >= contents.first else { return [] }
      let count = Int(
        clamping: min(
          receipt.acknowledged - contents.first + 1, UInt64(contents.reports.count)))
      let done = Array(contents.reports.prefix(count))
      contents.reports.removeFirst(count)
      contents.first += UInt64(count)
      return done
    }
  }

  /// A new session numbers from 1 again.
  func renumber() { contents.withLock { $0.first = 1 } }
}

extension Report {
  /// About as many bytes as it takes.
  fileprivate var roughBytes: Int {
    switch self {
    case .output(let part): 300 + part.bytes.utf8.count
    case .status(_, let text), .notStarted(_, let text): 200 + 2 * text.utf8.count
    case .started, .ended, .checkpointed, .resized, .health: 400
    }
  }
}
