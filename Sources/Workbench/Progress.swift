import Foundation

/// A line on the terminal that says how far the work is; silent where there is no terminal.
final class Progress {
  private let what: String
  private let total: Int
  private let isShown = isatty(2) == 1
  private let began = ContinuousClock.now
  private var lastShown = ContinuousClock.now
  private var done = 0

  init(_ what: String, total: Int) {
    self.what = what
    self.total = total
  }

  /// `count` of the jobs are through, besides those of earlier parts.
  func show(_ count: Int) {
    guard isShown else { return }
    let now = ContinuousClock.now
    guard now - lastShown > .milliseconds(200) else { return }
    lastShown = now
    let through = done + count
    let seconds =
      Double((now - began).components.seconds) + 0.001
      + Double((now - began).components.attoseconds) / 1e18
    let rate = Double(through) / seconds
    let percent = total > 0 ? 100 * through / total : 100
    var line = "\(what): \(percent) %, \(Int(rate)) jobs/s"
    if rate > 0 { line += ", \(Int(Double(total - through) / rate)) s left" }
    write("\r\u{1B}[K" + line)
  }

  /// A part of the work, of so many jobs, is done.
  func finishPart(of count: Int) { done += count }

  /// Takes the line away.
  func clear() {
    guard isShown else { return }
    write("\r\u{1B}[K")
  }

  private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
