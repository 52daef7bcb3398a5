import Cluster
import Codec
import Control
import Fleet
import Foundation
public import Logging
import Scheduling
import Store
import Synchronization
public import Wire

/// Writes what the planner decides to a file, a line a decision, once it is durable.
///
/// Before the lines of an entry of the journal stands a comment with its number, so that
/// `gsim verify` finds them again. The journal is the truth: of the last entries before a crash the
/// lines may be missing, and a file that can't be written is left alone until the next start.
public final class DecisionFile: Performer {
  private struct Contents: Sendable {
    var topology: Topology
    var isBroken = false
  }

  private let path: String
  private let handle: FileHandle
  private let contents: Mutex<Contents>
  private let logger: Logger

  /// Goes on behind what is in the file; makes it where there is none.
  ///
  /// - Throws: `Refusal` where it can't be written.
  public init(
    at path: String, of controller: Controller, logger: Logger
  ) throws(Refusal) {
    self.path = path
    self.logger = logger
    contents = Mutex(Contents(topology: controller.store.durable.state.topology))
    let files = FileManager.default
    let isNew = !files.fileExists(atPath: path)
    guard !isNew || files.createFile(atPath: path, contents: nil),
      let handle = FileHandle(forWritingAtPath: path)
    else { throw Self.unwritable(path) }
    self.handle = handle
    do {
      try handle.seekToEnd()
      let opening = "# controller \(controller.store.epoch)\n"
      try handle.write(contentsOf: Data(((isNew ? DecisionLine.legend : "") + opening).utf8))
    } catch {
      throw Self.unwritable(path)
    }
  }

  private static func unwritable(_ path: String) -> Refusal {
    Refusal(
      "no-file", "the decision log can't be written", where: path,
      fix: "name a file that this user may write")
  }

  /// Adds the lines of a durable entry, all of them at once.
  public func perform(_ aftermath: Aftermath) {
    contents.withLock { contents in
      var text: [UInt8] = []
      for effect in aftermath.effects {
        switch effect {
        case .append(.fleetChanged(let topology, _)): contents.topology = topology
        case .record(let decision):
          if text.isEmpty { text += "# entry \(aftermath.sequence)\n".utf8 }
          DecisionLine.write(decision, at: aftermath.instant, contents.topology, into: &text)
        case .append, .accepted, .acceptedArray, .rejected, .refused, .launch, .signal, .resize,
          .terminate, .wake:
          break
        }
      }
      guard !text.isEmpty, !contents.isBroken else { return }
      do {
        try handle.write(contentsOf: Data(text))
      } catch {
        contents.isBroken = true
        logger.error("the decision log '\(path)' is not written any more: \(error)")
      }
    }
  }
}
