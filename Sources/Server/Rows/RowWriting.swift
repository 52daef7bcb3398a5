public import Foundation
public import Wire

/// Rows as the API writes them, one value at a time.
public enum RowWriting {
  /// A job.
  public static func line(_ row: JobRow) -> Data { line { $0.put(row) } }

  /// A job that is over.
  public static func line(_ row: HistoryRow) -> Data { line { $0.put(row) } }

  /// A node.
  public static func line(_ row: NodeRow) -> Data { line { $0.put(row) } }

  /// What runs.
  public static func line(_ task: TaskSpec) -> Data { line { $0.put(task) } }

  /// What a submission came to.
  public static func line(_ reply: SubmissionReply) -> Data { line { $0.put(reply) } }

  /// What an agent is to do.
  public static func line(_ batch: CommandBatch) throws -> Data { try line { try $0.put(batch) } }

  private static func line<Failure>(
    _ put: (inout JSONText) throws(Failure) -> Void
  ) throws(Failure) -> Data {
    var text = JSONText()
    try put(&text)
    return Data(text.bytes)
  }
}
