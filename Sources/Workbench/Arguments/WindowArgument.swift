import ArgumentParser

/// A run of consecutive jobs of a trace: `START:COUNT`, counted from 0.
struct WindowArgument: ExpressibleByArgument {
  let start: Int
  let count: Int

  init?(argument: String) {
    let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let start = Int(parts[0]), let count = Int(parts[1]),
      start >= 0, count > 0, start.addingReportingOverflow(count).overflow == false
    else { return nil }
    self.start = start
    self.count = count
  }
}
