import CTaskLauncher
import Foundation

/// The agent's one door to Linux: the calls of `CTaskLauncher`, in Swift's own types.
enum Linux {
  /// A failed call, by its error's number.
  struct Failure: Error, CustomStringConvertible {
    var number: Int32
    var description: String { unsafe String(cString: strerror(number)) }
  }

  private static func check(_ outcome: Int32) throws(Failure) -> Int32 {
    guard outcome >= 0 else { throw Failure(number: -outcome) }
    return outcome
  }

  /// Milliseconds since the machine started, its sleep included.
  static var bootMs: Int64 { muster_boot_ms() }

  /// Names this run of the machine.
  static let bootIdentity: String = {
    let path = "/proc/sys/kernel/random/boot_id"
    let text = try? String(contentsOfFile: path, encoding: .utf8)
    return text?.trimmingCharacters(in: .whitespacesAndNewlines) ?? "-"
  }()

  static var isRoot: Bool { geteuid() == 0 }
  static var user: UInt32 { geteuid() }

  // MARK: Processes

  static func spawnShim(_ shim: String, directory: String, log: String) throws(Failure) -> Int32 {
    try check(unsafe muster_spawn_shim(shim, directory, log))
  }

  static func takeMarker(_ directory: String) throws(Failure) {
    _ = try check(unsafe muster_take_marker(directory))
  }

  static func startTime(of process: Int32) -> Int64? {
    let ticks = muster_start_time(process)
    return ticks < 0 ? nil : ticks
  }

  static func openProcess(_ process: Int32) throws(Failure) -> Int32 {
    try check(muster_open_process(process))
  }

  static func reap(_ process: Int32) { muster_reap(process) }

  static func closeDescriptor(_ descriptor: Int32) { _ = close(descriptor) }

  /// Has a shim end its tasks.
  static func orderTermination(_ descriptor: Int32, graceMs: Int64) throws(Failure) {
    let grace = Int32(clamping: max(0, graceMs))
    _ = try check(muster_signal_process(descriptor, muster_terminate_order(), grace))
  }

  /// Has a shim pass a signal on.
  static func orderSignal(_ descriptor: Int32, _ signal: Int32) throws(Failure) {
    _ = try check(muster_signal_process(descriptor, muster_signal_order(), signal))
  }

  static func killProcess(_ process: Int32) { _ = kill(process, SIGKILL) }

  static func signalNumber(_ name: String) -> Int32? {
    let number = unsafe muster_signal_number(name)
    return number == 0 ? nil : number
  }

  static func signalName(_ number: Int32) -> String? {
    unsafe muster_signal_name(number).map { unsafe String(cString: $0) }
  }

  // MARK: Notices

  static func openNotices() throws(Failure) -> Int32 { try check(muster_open_notices()) }

  static func watch(_ notices: Int32, _ directory: String) throws(Failure) -> Int32 {
    try check(unsafe muster_watch(notices, directory))
  }

  static func unwatch(_ notices: Int32, _ number: Int32) { muster_unwatch(notices, number) }

  /// The numbers of the watched directories in which something was renamed, each once.
  static func takeNotices(_ notices: Int32) -> [Int32] {
    var all: Set<Int32> = []
    while true {
      var numbers = [Int32](repeating: 0, count: 256)
      let count = unsafe numbers.withUnsafeMutableBufferPointer { list in
        unsafe muster_take_notices(notices, list.baseAddress, Int32(list.count))
      }
      guard count > 0 else { return all.sorted() }
      all.formUnion(numbers.prefix(Int(count)))
    }
  }

  // MARK: Users and files

  static func groups(of user: String, group: UInt32) -> [UInt32] {
    var groups = [UInt32](repeating: 0, count: 1024)
    let count = unsafe groups.withUnsafeMutableBufferPointer { list in
      unsafe muster_groups(user, group, list.baseAddress, Int32(list.count))
    }
    return Array(groups.prefix(Int(count)))
  }

  static func give(_ path: String, to user: UInt32, group: UInt32) {
    _ = unsafe lchown(path, user, group)
  }

  /// A part of a file, as a user may read it: its bytes, its place, and the size of the whole.
  static func read(
    _ path: String, asUser user: UInt32, group: UInt32, name: String, offset: Int64, most: Int
  ) throws(Failure) -> (bytes: Data, offset: Int64, size: Int64) {
    var start = offset
    var size: Int64 = 0
    let groups = isRoot ? groups(of: name, group: group) : []
    var bytes = Data(count: max(0, most))
    let count = unsafe bytes.withUnsafeMutableBytes { room in
      unsafe groups.withUnsafeBufferPointer { list in
        unsafe muster_read_as(
          user, group, list.baseAddress, Int32(list.count), path, &start, &size,
          room.baseAddress, room.count)
      }
    }
    guard count >= 0 else { throw Failure(number: Int32(-count)) }
    return (Data(bytes.prefix(count)), start, size)
  }

  /// Writes a file; whole: it is there whole or not at all.
  static func write(
    _ path: String, _ bytes: Data, mode: Int32 = 0o644, whole: Bool
  ) throws(Failure) {
    let outcome = unsafe bytes.withUnsafeBytes { raw in
      unsafe muster_write_file(path, raw.baseAddress, raw.count, mode, whole ? 1 : 0)
    }
    _ = try check(outcome)
  }

  /// Adds to the end of a file; where the bytes begin.
  static func append(_ path: String, _ bytes: Data) throws(Failure) -> Int64 {
    let place = unsafe bytes.withUnsafeBytes { raw in
      unsafe muster_append_file(path, raw.baseAddress, raw.count, 0o600)
    }
    guard place >= 0 else { throw Failure(number: Int32(-place)) }
    return place
  }

  /// Writes over the beginning of a file, which needs no room on the disk where it is as long.
  static func overwrite(_ path: String, _ bytes: Data, mode: Int32 = 0o644) throws(Failure) {
    let outcome = unsafe bytes.withUnsafeBytes { raw in
      unsafe muster_overwrite_file(path, raw.baseAddress, raw.count, mode)
    }
    _ = try check(outcome)
  }

  /// Makes a folder, or finds it there.
  static func makeFolder(_ path: String) -> Bool {
    unsafe mkdir(path, 0o755) == 0 || errno == EEXIST
  }

  static func removeFolder(_ path: String) -> Bool { unsafe rmdir(path) == 0 }

  /// Renames a file, over another where there is one.
  static func move(_ draft: String, _ path: String) -> Bool { unsafe rename(draft, path) == 0 }

  /// An address at which others may reach this machine; its own for itself where it has no other.
  static var address: String {
    var words = [CChar](repeating: 0, count: 64)
    let found = unsafe words.withUnsafeMutableBufferPointer { room in
      unsafe muster_address(room.baseAddress, room.count)
    }
    guard found == 0 else { return "127.0.0.1" }
    return String(decoding: words.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  static func diskRoom(_ path: String) -> (free: Int64, all: Int64)? {
    var free: Int64 = 0
    var all: Int64 = 0
    return unsafe muster_disk_room(path, &free, &all) == 0 ? (free, all) : nil
  }
}
