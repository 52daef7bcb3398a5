public import Foundation
public import Wire

/// Rows as the API writes them, one value at a time.
public enum RowWriting {
  /// A job.
  public static func line(_ row: JobRow) -> Data {
    var text = JSONText()
    text.put(row)
    return Data(text.bytes)
  }

  /// A job that is over.
  public static func line(_ row: HistoryRow) -> Data {
    var text = JSONText()
    text.put(row)
    return Data(text.bytes)
  }

  /// A node.
  public static func line(_ row: NodeRow) -> Data {
    var text = JSONText()
    text.put(row)
    return Data(text.bytes)
  }

  /// What runs.
  public static func line(_ task: TaskSpec) -> Data {
    var text = JSONText()
    text.put(task)
    return Data(text.bytes)
  }

  /// What a submission came to.
  public static func line(_ reply: SubmissionReply) -> Data {
    var text = JSONText()
    text.put(reply)
    return Data(text.bytes)
  }

  /// What an agent is to do.
  public static func line(_ batch: CommandBatch) throws -> Data {
    var text = JSONText()
    try text.put(batch)
    return Data(text.bytes)
  }
}
