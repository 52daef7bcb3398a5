import ArgumentParser
import Arguments
import Client
import Cluster
import Codec
import Foundation
import Hashing
import Policy
import PolicyFiles
import Simulation
import Store
import Units
import Wire

/// Where a plan takes its history from: a daemon that runs, or the folder of one, or a backup.
enum JournalSource {
  /// A daemon, over its API.
  case controller(ControllerClient)
  /// A journal's file.
  case file(String)

  /// What a daemon's journal tells.
  struct Past {
    var history: RecordedHistory
    /// SHA-256 of the policy file in force.
    var digest: String
  }

  /// The journal in a folder, or a file that is one; else the daemon that the options name.
  init(state: String?, _ controller: ControllerOptions) throws {
    guard let state else {
      self = .controller(
        try controller.client(environment: ProcessInfo.processInfo.environment))
      return
    }
    let path = JournalArgument.path(in: state)
    guard FileManager.default.fileExists(atPath: path) else {
      throw ValidationError("--state \(state): no journal is there; name a daemon's folder")
    }
    self = .file(path)
  }

  /// What people are told of it.
  var name: String {
    switch self {
    case .controller(let client): "the scheduler at \(client.address)"
    case .file(let path): path
    }
  }

  /// Reads the last part of a journal, as long as a span.
  func past(_ span: TimeSpan, _ estimate: EndEstimate) throws -> Past {
    switch self {
    case .controller(let client): try Self.past(of: client, span, estimate)
    case .file(let path): try Self.past(inFile: path, span, estimate)
    }
  }

  private static func past(
    inFile path: String, _ span: TimeSpan, _ estimate: EndEstimate
  ) throws -> Past {
    var reader: HistoryReader?
    let ending = try JournalReader.readEnd(
      of: path, last: span,
      begin: { reader = HistoryReader(beginning: $0, since: $1, estimate: estimate) },
      { reader?.take($0) })
    guard let history = reader?.finished(at: ending.instant), let file = ending.policy else {
      throw CommandFailure("\(path): the journal keeps no policy file; let a newer gschedd open it")
    }
    return Past(history: history, digest: SHA256Digester.digest(of: file))
  }

  private static func past(
    of client: ControllerClient, _ span: TimeSpan, _ estimate: EndEstimate
  ) throws -> Past {
    let standing = try client.get(ServerStanding.self, from: Route.ping)
    let since = standing.now.instant + TimeSpan(milliseconds: -span.milliseconds)
    var parser = JournalStream()
    var reader: HistoryReader?
    var trouble: (any Error)?
    let file = try client.file(from: Route.policy)
    let route = Route.journal
    let query = [("since", "\(Moment(since))")]
    try client.bytes(from: route, query) { bytes in
      do {
        try parser.add(bytes) { part in
          switch part {
          case .snapshot(let content):
            reader = HistoryReader(
              beginning: try Snapshot(decoding: content), since: since, estimate: estimate)
          case .entry(let content): reader?.take(try JournalEntry(decoding: content))
          }
        }
        return true
      } catch {
        trouble = error
        return false
      }
    }
    if let trouble {
      throw CommandFailure("what \(client.address) sends of its journal can't be read: \(trouble)")
    }
    guard let reader, parser.isWhole else {
      throw CommandFailure("\(client.address) broke off in the middle of its journal; try again")
    }
    // The file is asked for by itself: it must be that of the state.
    guard try client.file(from: Route.policy) == file else {
      throw CommandFailure("the policy in force has just become another; plan again")
    }
    return Past(
      history: reader.finished(at: standing.now.instant),
      digest: SHA256Digester.digest(of: Array(file)))
  }
}
