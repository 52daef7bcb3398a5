import Codec
import Foundation
import Jobs
public import Wire

/// What the journal keeps of a submission beside what the core plans with: what runs, and for whom.
///
/// The names that lists show stand in front, so that reading them reads no script.
public struct SubmissionSpec: Hashable, Sendable {
  /// What it is called.
  public var name: String

  /// Who has submitted it, and as whom it runs.
  public var user: TaskUser

  /// The index of each job of an array, in order; empty where it is one job.
  public var indices: [UInt32]

  /// What runs, as JSON: a `TaskSpec`.
  private var taskBytes: [UInt8]

  private static let version: UInt8 = 1

  /// A submission as somebody sent it.
  public init(_ submission: JobSubmission, by user: TaskUser) {
    name = submission.name
    self.user = user
    indices = submission.array?.indices ?? []
    var text = JSONText()
    text.put(submission.task)
    taskBytes = text.bytes
  }

  /// What runs.
  public var task: TaskSpec? {
    TaskSpec(line: taskBytes[...]) ?? (try? WireJSON.decode(from: Data(taskBytes)))
  }

  /// The bytes that the journal keeps.
  public var encoded: [UInt8] {
    var writer = ByteWriter(capacity: 64 + taskBytes.count)
    writer.put(byte: Self.version)
    writer.put(name)
    writer.put(user.name)
    writer.put(UInt64(user.uid))
    writer.put(UInt64(user.gid))
    let runs = JobSubmission.ArraySpec.runs(of: indices)
    writer.put(count: runs.count)
    for run in runs {
      writer.put(UInt64(run.lowerBound))
      writer.put(UInt64(run.count))
    }
    writer.put(taskBytes)
    return writer.bytes
  }

  /// Reads what the journal has kept.
  ///
  /// - Throws: `CodecError` where it is no such thing.
  init(decoding bytes: [UInt8]) throws(CodecError) {
    var reader = ByteReader(bytes)
    guard try reader.byte() == Self.version else { throw reader.fault(.notCanonical) }
    name = try reader.text()
    let userName = try reader.text()
    user = TaskUser(uid: try reader.unsigned(), gid: try reader.unsigned(), name: userName)
    indices = []
    for _ in 0..<(try reader.count()) {
      let first: UInt32 = try reader.unsigned()
      let count: UInt32 = try reader.unsigned()
      guard count <= UInt32.max - first, indices.count + Int(count) <= 1 << 24 else {
        throw reader.fault(.notCanonical)
      }
      indices += first..<(first + count)
    }
    taskBytes = try reader.block()
    try reader.end()
  }
}
