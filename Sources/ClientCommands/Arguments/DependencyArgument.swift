public import Wire

/// The jobs that a job comes after, as they are typed: `afterok:12:13,afterany:9`.
public enum DependencyArgument {
  /// Reads dependencies.
  ///
  /// - Throws: `ArgumentFault`.
  public static func parse(_ text: String) throws(ArgumentFault) -> [JobSubmission.Dependency] {
    guard !text.contains("?") else {
      throw ArgumentFault("all of them must hold: put a comma where ? stands, or two jobs")
    }
    var dependencies: [JobSubmission.Dependency] = []
    for item in text.split(separator: ",", omittingEmptySubsequences: false) {
      let parts = item.split(separator: ":", omittingEmptySubsequences: false)
      guard let word = parts.first,
        let condition = JobSubmission.Dependency.Condition(rawValue: String(word))
      else {
        throw ArgumentFault(
          "'\(item)' begins with none of afterok, afterany and afternotok; write afterok:12")
      }
      guard parts.count > 1 else {
        throw ArgumentFault("'\(item)' names no job; write \(word):12")
      }
      for part in parts.dropFirst() {
        guard let job = UInt32(part), job > 0 else {
          throw ArgumentFault("'\(part)' in '\(item)' is no job's number; write \(word):12:13")
        }
        let dependency = JobSubmission.Dependency(condition, job)
        if !dependencies.contains(dependency) { dependencies.append(dependency) }
      }
    }
    return dependencies
  }
}
