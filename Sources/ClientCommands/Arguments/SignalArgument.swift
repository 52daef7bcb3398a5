public import Wire

/// A signal and how long ahead of an end it is sent, as typed: `USR2@90`, `SIGTERM`, `10@2m`.
public enum SignalArgument {
  /// The names of the signals that a task may be sent, by their numbers on Linux.
  private static let names: [Int: String] = [
    1: "HUP", 2: "INT", 3: "QUIT", 6: "ABRT", 9: "KILL", 10: "USR1", 12: "USR2", 14: "ALRM",
    15: "TERM", 18: "CONT", 19: "STOP", 20: "TSTP", 28: "WINCH",
  ]

  /// Reads a signal and its lead: in seconds, or with a unit; a minute where none is given.
  ///
  /// - Throws: `ArgumentFault`.
  public static func parse(_ text: String) throws(ArgumentFault) -> TaskSpec.SignalAhead {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false).map(String.init)
    guard (1...2).contains(parts.count) else {
      throw ArgumentFault("write the signal and its lead as USR2@90")
    }
    var lead: Int64 = 60_000
    if parts.count == 2 {
      let isBare = !parts[1].isEmpty && parts[1].utf8.allSatisfy { (48...57).contains($0) }
      lead = try TimeLimit.span(parsing: isBare ? parts[1] + "s" : parts[1])
    }
    return TaskSpec.SignalAhead(signal: try name(parts[0]), aheadMs: lead)
  }

  /// A signal's name without `SIG`, from its name with or without, or from its number.
  ///
  /// - Throws: `ArgumentFault`.
  public static func name(_ text: String) throws(ArgumentFault) -> String {
    let upper = text.uppercased()
    let name = upper.hasPrefix("SIG") ? String(upper.dropFirst(3)) : upper
    if let number = Int(text), let name = names[number] { return name }
    guard names.values.contains(name) else {
      let known = names.sorted { $0.key < $1.key }.map(\.value).joined(separator: ", ")
      throw ArgumentFault("'\(text)' is no signal that is sent to tasks; those are \(known)")
    }
    return name
  }
}
