import Client
import Foundation
import Printing
import Units
import Wire

extension Surroundings {
  /// A message as one line of JSON.
  func json(_ message: some Encodable) throws -> String {
    String(decoding: try WireJSON.encode(message), as: UTF8.self) + "\n"
  }

  /// A moment: at a terminal by the clock on the wall, otherwise in ISO 8601.
  ///
  /// - Parameter today: The day that it is, where that was found before.
  func time(_ moment: Moment?, today: String? = nil) -> String {
    guard let moment else { return "" }
    guard isTerminal else { return "\(moment)" }
    let (day, clock) = wall(moment.instant)
    return day == today ?? self.today ? "\(clock)" : "\(day) \(clock.prefix(5))"
  }

  /// The day that it is in our zone.
  var today: String { wall(now()).day }

  /// What calendar and clock in our zone show at an instant.
  private func wall(_ instant: Instant) -> (day: String, clock: String) {
    let offset = zone().secondsFromGMT(for: Date(instant))
    let shifted = "\(Moment(instant + TimeSpan(milliseconds: Int64(offset) * 1000)))"
    return (String(shifted.prefix(10)), String(shifted.dropFirst(11).prefix(8)))
  }

  /// A span as a clock has it: `5:07`, `1:05:07`, `2-01:05:07`.
  static func span(_ milliseconds: Int64) -> String {
    let seconds = max(0, milliseconds) / 1000
    func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let (days, hours) = (seconds / 86_400, seconds / 3600 % 24)
    let tail = "\(two(seconds / 60 % 60)):\(two(seconds % 60))"
    if days > 0 { return "\(days)-\(two(hours)):\(tail)" }
    return hours > 0 ? "\(hours):\(tail)" : "\(seconds / 60):\(two(seconds % 60))"
  }

  /// An amount to a tenth, below one to a thousandth, without zeros at its end.
  static func amount(_ value: Double) -> String {
    if let whole = Int(exactly: value), (0..<1000).contains(whole) { return "\(whole)" }
    var text = Wording.number(value, decimals: abs(value) < 0.95 ? 3 : 1)
    while text.last == "0" { text.removeLast() }
    if text.last == "." { text.removeLast() }
    return text
  }

  /// Prints a list: as it comes, one JSON value a line, or as a table once all of it is there.
  func list<Row: Codable>(
    _: Row.Type, from client: ControllerClient, _ route: String,
    _ query: ControllerClient.Query = [], json: Bool, table: ([Row]) -> String
  ) throws {
    // The daemon's lines are those that are printed: they are only handed on.
    if json { return try client.bytes(from: route, query, each: output) }
    var rows: [Row] = []
    try client.rows(Row.self, from: route, query) {
      rows.append($0)
      return true
    }
    try print(table(rows))
  }
}
