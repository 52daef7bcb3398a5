/// A key of an object, with the quotes and the colon around it.
struct PlainKey: Sendable {
  let bytes: [UInt8]

  private init(_ name: String) { bytes = Array("\"\(name)\":".utf8) }

  static let accelerators = PlainKey("accelerators")
  static let account = PlainKey("account")
  static let array = PlainKey("array")
  static let arrayIndex = PlainKey("array_index")
  static let attempt = PlainKey("attempt")
  static let ended = PlainKey("ended")
  static let exitCode = PlainKey("exit_code")
  static let job = PlainKey("job")
  static let members = PlainKey("members")
  static let mode = PlainKey("mode")
  static let name = PlainKey("name")
  static let nodes = PlainKey("nodes")
  static let promised = PlainKey("promised")
  static let reason = PlainKey("reason")
  static let started = PlainKey("started")
  static let state = PlainKey("state")
  static let submitted = PlainKey("submitted")
  static let timeLimitMs = PlainKey("time_limit_ms")
  static let user = PlainKey("user")
  static let fenceMs = PlainKey("fence_ms")
  static let first = PlainKey("first")
  static let reports = PlainKey("reports")
  static let subject = PlainKey("_0")
  static let end = PlainKey("_1")
  static let at = PlainKey("at")
  static let cpuMs = PlainKey("cpu_ms")
  static let energyJoules = PlainKey("energy_joules")
  static let isOutOfMemory = PlainKey("is_out_of_memory")
  static let isTerminated = PlainKey("is_terminated")
  static let member = PlainKey("member")
  static let mostMemoryMib = PlainKey("most_memory_mib")
  static let signal = PlainKey("signal")
  static let checkpointed = PlainKey("checkpointed")
  static let gang = PlainKey("gang")
  static let task = PlainKey("task")
  static let terms = PlainKey("terms")
  static let indices = PlainKey("indices")
  static let throttle = PlainKey("throttle")
  static let exclusive = PlainKey("exclusive")
  static let gpus = PlainKey("gpus")
  static let gpusPerMember = PlainKey("gpus_per_member")
  static let leastMembers = PlainKey("least_members")
  static let memoryMib = PlainKey("memory_mib")
  static let milliCores = PlainKey("milli_cores")
  static let within = PlainKey("within")
  static let begin = PlainKey("begin")
  static let checkpointEveryMs = PlainKey("checkpoint_every_ms")
  static let deadline = PlainKey("deadline")
  static let dependencies = PlainKey("dependencies")
  static let condition = PlainKey("condition")
  static let isHeldBack = PlainKey("is_held_back")
  static let reservation = PlainKey("reservation")
  static let appends = PlainKey("appends")
  static let arguments = PlainKey("arguments")
  static let checkpointSignal = PlainKey("checkpoint_signal")
  static let aheadMs = PlainKey("ahead_ms")
  static let directory = PlainKey("directory")
  static let environment = PlainKey("environment")
  static let errors = PlainKey("errors")
  static let output = PlainKey("output")
  static let script = PlainKey("script")
  static let tasksPerMember = PlainKey("tasks_per_member")
  static let warning = PlainKey("warning")
}

/// Reads JSON as it is written here: no white space, keys in the order in which they are asked
/// for, texts without escapes but those of ends of lines, tabs, quotes and slashes.
///
/// A key that is not the next one has no value. Whatever can't be read stays where it is, so that
/// the next key is not found either, and nothing is ever at its end: then `WireJSON` may still make
/// sense of it.
struct PlainReader {
  private let bytes: ArraySlice<UInt8>
  private var place: Int
  /// Whether nothing was read yet of the object or list that is open.
  private var isFirst = true

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    place = bytes.startIndex
  }

  /// Whether something was found that is not what was asked for.
  private var isLost = false

  /// Whether all was read, and nothing stands behind it.
  var isAtEnd: Bool { place == bytes.endIndex && !isLost }

  /// What was found is not what was asked for: nothing is ever at its end.
  mutating func lose() { isLost = true }

  private mutating func lost<Value>() -> Value? {
    isLost = true
    return nil
  }

  // MARK: Structure

  private mutating func take(_ mark: Character) -> Bool {
    guard place < bytes.endIndex, bytes[place] == mark.asciiValue else { return false }
    place += 1
    return true
  }

  /// An object begins.
  mutating func open() -> Bool {
    isFirst = true
    return take("{")
  }

  /// The object is over.
  mutating func close() -> Bool {
    isFirst = false
    return take("}")
  }

  /// An object begins that is the value of a key, if that comes next.
  mutating func open(_ key: PlainKey) -> Bool { open(key, with: UInt8(ascii: "{")) }

  /// A list begins that is the value of a key.
  mutating func openList(_ key: PlainKey) -> Bool { open(key, with: UInt8(ascii: "[")) }

  private mutating func open(_ key: PlainKey, with bracket: UInt8) -> Bool {
    guard let start = value(of: key), start < bytes.endIndex, bytes[start] == bracket
    else { return false }
    place = start + 1
    isFirst = true
    return true
  }

  /// Whether the list is over; if not, its next element stands here; nil: neither.
  mutating func isListOver() -> Bool? { isOver(with: "]") }

  /// Whether an object of any keys is over; if not, its next entry stands here; nil: neither.
  mutating func isMapOver() -> Bool? { isOver(with: "}") }

  private mutating func isOver(with bracket: Character) -> Bool? {
    if take(bracket) {
      isFirst = false
      return true
    }
    return isFirst || take(",") ? false : nil
  }

  /// The place behind a key, if that comes next.
  private func value(of key: PlainKey) -> Int? {
    var start = place
    if !isFirst {
      guard start < bytes.endIndex, bytes[start] == UInt8(ascii: ",") else { return nil }
      start += 1
    }
    guard start + key.bytes.count < bytes.endIndex else { return nil }
    for index in key.bytes.indices where bytes[start + index] != key.bytes[index] { return nil }
    return start + key.bytes.count
  }

  private mutating func goOn(_ end: Int) {
    place = end
    isFirst = false
  }

  // MARK: Values

  /// Where the bytes of a text without escapes stand.
  private func quoted(_ key: PlainKey) -> Range<Int>? {
    guard let start = value(of: key), bytes[start] == UInt8(ascii: "\"") else { return nil }
    let end = endOfPlain(start + 1)
    guard end < bytes.endIndex, bytes[end] == UInt8(ascii: "\"") else { return nil }
    return (start + 1)..<end
  }

  /// The first place from here on that may not stand in a text without escapes.
  private func endOfPlain(_ start: Int) -> Int {
    var end = start
    while end < bytes.endIndex, bytes[end] != UInt8(ascii: "\""), bytes[end] != UInt8(ascii: "\\"),
      bytes[end] >= 0x20
    { end += 1 }
    return end
  }

  /// A text that begins here, and the place behind it.
  private func text(at start: Int) -> (text: String, end: Int)? {
    guard start < bytes.endIndex, bytes[start] == UInt8(ascii: "\"") else { return nil }
    var (place, end) = (start + 1, endOfPlain(start + 1))
    var unescaped: [UInt8] = []
    while end < bytes.endIndex, bytes[end] == UInt8(ascii: "\\") {
      guard end + 1 < bytes.endIndex, let meant = Self.escaped(bytes[end + 1]) else { return nil }
      unescaped += bytes[place..<end]
      unescaped.append(meant)
      (place, end) = (end + 2, endOfPlain(end + 2))
    }
    guard end < bytes.endIndex, bytes[end] == UInt8(ascii: "\"") else { return nil }
    let rest = bytes[place..<end]
    if unescaped.isEmpty {
      return String(validating: rest, as: UTF8.self).map { ($0, end + 1) }
    }
    return String(validating: unescaped + rest, as: UTF8.self).map { ($0, end + 1) }
  }

  /// What stands for a byte behind a backslash.
  private static func escaped(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "t"): 0x09
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): byte
    default: nil
    }
  }

  mutating func text(_ key: PlainKey) -> String? {
    guard let start = value(of: key), let (text, end) = text(at: start) else { return nil }
    goOn(end)
    return text
  }

  /// What a text stands for.
  mutating func value<Value>(_ key: PlainKey, _ make: (String) -> Value?) -> Value? {
    guard let text = text(key) else { return nil }
    return make(text) ?? lost()
  }

  /// A list of texts.
  mutating func texts(_ key: PlainKey) -> [String]? {
    guard openList(key) else { return nil }
    var texts: [String] = []
    var isOver = isListOver()
    while isOver == false {
      guard let (text, end) = text(at: place) else { return lost() }
      goOn(end)
      texts.append(text)
      isOver = isListOver()
    }
    return isOver == true ? texts : lost()
  }

  /// An object of texts by any names, each once.
  mutating func map(_ key: PlainKey) -> [String: String]? {
    guard open(key) else { return nil }
    var map: [String: String] = [:]
    var isOver = isMapOver()
    while isOver == false {
      guard let (name, colon) = text(at: place), colon < bytes.endIndex,
        bytes[colon] == UInt8(ascii: ":"), let (value, end) = text(at: colon + 1),
        map.updateValue(value, forKey: name) == nil
      else { return lost() }
      goOn(end)
      isOver = isMapOver()
    }
    return isOver == true ? map : lost()
  }

  mutating func moment(_ key: PlainKey) -> Moment? {
    guard let range = quoted(key), let moment = Moment(written: bytes[range]) else { return nil }
    goOn(range.upperBound + 1)
    return moment
  }

  mutating func flag(_ key: PlainKey) -> Bool? {
    guard let start = value(of: key) else { return nil }
    for (word, value) in [("true", true), ("false", false)]
    where bytes[start...].starts(with: word.utf8) {
      goOn(start + word.utf8.count)
      return value
    }
    return nil
  }

  mutating func whole<Number: FixedWidthInteger>(
    _ key: PlainKey, as type: Number.Type
  ) -> Number? {
    guard let start = value(of: key) else { return nil }
    let isNegative = bytes[start] == UInt8(ascii: "-")
    let digits = isNegative ? start + 1 : start
    let end = endOfDigits(digits)
    guard isNumber(digits, to: end) else { return nil }
    var number: Number = 0
    for byte in bytes[digits..<end] {
      let (more, isTooMuch) = number.multipliedReportingOverflow(by: 10)
      let digit = Number(byte - 0x30)
      let (next, isMore) =
        isNegative
        ? more.subtractingReportingOverflow(digit) : more.addingReportingOverflow(digit)
      guard !isTooMuch, !isMore else { return nil }
      number = next
    }
    goOn(end)
    return number
  }

  mutating func number(_ key: PlainKey) -> Double? {
    if let whole = whole(key, as: Int32.self) { return Double(whole) }
    guard let start = value(of: key) else { return nil }
    let point = endOfDigits(start)
    guard point < bytes.endIndex, bytes[point] == UInt8(ascii: "."),
      point - start == 1 || bytes[start] != 0x30
    else { return nil }
    let end = endOfDigits(point + 1)
    guard point > start, end > point + 1, isOver(end),
      let number = Double(String(decoding: bytes[start..<end], as: UTF8.self))
    else { return nil }
    goOn(end)
    return number
  }

  private func endOfDigits(_ start: Int) -> Int {
    var end = start
    while end < bytes.endIndex, (0x30...0x39).contains(bytes[end]) { end += 1 }
    return end
  }

  /// Whether digits make a number of JSON's.
  private func isNumber(_ start: Int, to end: Int) -> Bool {
    end > start && isOver(end) && (end - start == 1 || bytes[start] != 0x30)
  }

  /// Whether a number is over here.
  private func isOver(_ end: Int) -> Bool {
    end < bytes.endIndex
      && (bytes[end] == UInt8(ascii: ",") || bytes[end] == UInt8(ascii: "}"))
  }
}
