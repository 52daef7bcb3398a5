import Units
import Wire

/// Writes rows as JSON by hand: tens of thousands of them are asked for at once.
///
/// What it writes is what `WireJSON` writes, key by key; a test compares the two.
struct JSONText {
  private(set) var bytes: [UInt8] = []
  private var isFirst = true

  init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

  /// Forgets what was written, and keeps its room.
  mutating func clear() { bytes.removeAll(keepingCapacity: true) }

  mutating func open() {
    bytes.append(UInt8(ascii: "{"))
    isFirst = true
  }

  mutating func close() {
    bytes.append(UInt8(ascii: "}"))
    isFirst = false
  }

  mutating func endLine() { bytes.append(UInt8(ascii: "\n")) }

  mutating func key(_ name: String) {
    if !isFirst { bytes.append(UInt8(ascii: ",")) }
    isFirst = false
    bytes.append(UInt8(ascii: "\""))
    bytes.append(contentsOf: name.utf8)
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
  }

  mutating func put(_ name: String, _ number: Int64) {
    key(name)
    bytes.append(decimal: number)
  }

  mutating func put(_ name: String, _ number: Double) {
    key(name)
    guard number != number.rounded() || abs(number) > 1e15 else {
      bytes.append(decimal: Int64(number))
      return
    }
    bytes.append(contentsOf: "\(number)".utf8)
  }

  mutating func put(_ name: String, _ text: String) {
    key(name)
    put(text)
  }

  /// A text under a name that somebody else has chosen.
  mutating func put(named name: String, _ text: String) {
    if !isFirst { bytes.append(UInt8(ascii: ",")) }
    isFirst = false
    put(name)
    bytes.append(UInt8(ascii: ":"))
    put(text)
  }

  mutating func put(_ name: String, _ flag: Bool) {
    key(name)
    bytes.append(contentsOf: flag ? "true".utf8 : "false".utf8)
  }

  mutating func put(_ name: String, _ moment: Moment) {
    key(name)
    bytes.append(UInt8(ascii: "\""))
    moment.write(into: &bytes)
    bytes.append(UInt8(ascii: "\""))
  }

  mutating func put(_ name: String, _ texts: [String]) { put(name, texts) { $0.put($1) } }

  mutating func put(_ name: String, _ numbers: [UInt32]) {
    put(name, numbers) { $0.put(number: Int($1)) }
  }

  mutating func put(number: Int) { bytes.append(decimal: Int64(number)) }

  /// A value that is JSON already.
  mutating func put(json: some Sequence<UInt8>) {
    bytes.append(contentsOf: json)
    isFirst = false
  }

  /// A list, each of whose elements is written as told.
  mutating func put<Element>(
    _ name: String, _ elements: [Element], _ write: (inout JSONText, Element) throws -> Void
  ) rethrows {
    key(name)
    bytes.append(UInt8(ascii: "["))
    for (index, element) in elements.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      try write(&self, element)
    }
    bytes.append(UInt8(ascii: "]"))
    isFirst = false
  }

  private mutating func put(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    defer { bytes.append(UInt8(ascii: "\"")) }
    let isPlain = text.utf8.allSatisfy {
      $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
    }
    guard !isPlain else {
      bytes.append(contentsOf: text.utf8)
      return
    }
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0x0A: bytes.append(contentsOf: "\\n".utf8)
      case 0x0D: bytes.append(contentsOf: "\\r".utf8)
      case 0x09: bytes.append(contentsOf: "\\t".utf8)
      case 0..<0x20:
        bytes.append(contentsOf: "\\u00".utf8)
        bytes.append(contentsOf: [byte >> 4, byte & 15].map(Self.digit))
      default: bytes.append(byte)
      }
    }
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }
}

extension JSONText {
  /// A job, as one value.
  mutating func put(_ row: JobRow) {
    open()
    put("accelerators", row.accelerators)
    put("account", row.account)
    if let array = row.array { put("array", Int64(array)) }
    if let index = row.arrayIndex { put("array_index", Int64(index)) }
    put("attempt", Int64(row.attempt))
    if let ended = row.ended { put("ended", ended) }
    if let code = row.exitCode { put("exit_code", Int64(code)) }
    put("job", Int64(row.job))
    put("members", Int64(row.members))
    put("mode", row.mode)
    put("name", row.name)
    if let nodes = row.nodes { put("nodes", nodes) }
    if let promised = row.promised { put("promised", promised) }
    if let reason = row.reason { put("reason", reason) }
    if let started = row.started { put("started", started) }
    put("state", row.state.rawValue)
    put("submitted", row.submitted)
    put("time_limit_ms", row.timeLimitMs)
    put("user", row.user)
    close()
  }

  /// A node, as one value.
  mutating func put(_ row: NodeRow) {
    open()
    put("accelerators", Int64(row.accelerators))
    put("agent", row.agent)
    put("condition", row.condition)
    put("free_memory_mib", Int64(row.freeMemoryMib))
    put("free_milli_cores", Int64(row.freeMilliCores))
    put("holders", row.holders)
    put("memory_mib", Int64(row.memoryMib))
    put("milli_cores", Int64(row.milliCores))
    if let model = row.model { put("model", model) }
    put("name", row.name)
    put("path", row.path)
    if let reason = row.reason { put("reason", reason) }
    close()
  }

  /// A job that is over and what it cost, as one value.
  mutating func put(_ row: HistoryRow) {
    open()
    put("charged_hours", row.chargedHours)
    if let energy = row.energyKwh { put("energy_kwh", energy) }
    put("evictions", Int64(row.evictions))
    key("job")
    put(row.job)
    close()
  }
}
