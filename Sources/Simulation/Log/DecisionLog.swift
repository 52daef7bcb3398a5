import Control
import Fleet
import Hashing
import Scheduling
import Units

/// Collects the decision log: hashes every line and passes it on, if somebody wants it.
///
/// The digest is that of the whole text, legend included: `sha256sum` of the file gives the same.
public final class DecisionLog {
  /// Takes a piece of the log; may throw where it can't be kept.
  public typealias Sink = ([UInt8]) throws -> Void

  private static let bufferSize = 1 << 16

  private let sink: Sink?
  private var digester: SHA256Digester? = SHA256Digester()
  private var buffer: [UInt8] = []
  private var failure: (any Error)?

  /// A log that holds the legend so far.
  public init(sink: Sink? = nil) {
    self.sink = sink
    buffer.reserveCapacity(Self.bufferSize + 1024)
    buffer.append(contentsOf: DecisionLine.legend.utf8)
  }

  /// Adds the line of a decision.
  func append(_ decision: Decision, at now: Instant, _ topology: Topology) {
    DecisionLine.write(decision, at: now, topology, into: &buffer)
    if buffer.count >= Self.bufferSize { flush() }
  }

  /// Adds a comment line.
  public func append(comment: String) {
    buffer.append(contentsOf: "# \(comment)\n".utf8)
  }

  private func flush() {
    digester?.update(buffer)
    if failure == nil {
      // Kept for `finish`: an observer cannot throw, and the replay itself is not at fault.
      do { try sink?(buffer) } catch { failure = error }
    }
    buffer.removeAll(keepingCapacity: true)
  }

  /// Passes on what is left and returns the digest in hexadecimal; the log is then at its end.
  ///
  /// - Throws: the first error of the sink.
  public func finish() throws -> String {
    flush()
    if let failure { throw failure }
    guard let digest = digester.take()?.finish() else {
      preconditionFailure("the log was finished before")
    }
    return digest
  }
}
