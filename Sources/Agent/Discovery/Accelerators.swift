import CTaskLauncher
import Foundation
import Synchronization
import Wire

/// The accelerators of a node: what they are called, what ails them, and what they have drawn.
struct Accelerators: Sendable {
  /// The variable by which a task is told which of them are its own.
  let deviceVariable: String
  private let library: NVML?
  private let radeons: [Radeon]
  private let indices: Range<Int>

  init(_ options: NodeOptions) {
    let model = (options.node.model ?? "").lowercased()
    indices = 0..<options.node.accelerators
    let isReal = options.hasRealAccelerators
    library = isReal ? try? NVML(path: options.nvml) : nil
    radeons = isReal && library == nil ? Radeon.all() : []
    let isAMD = !radeons.isEmpty || model.hasPrefix("mi") || model.hasPrefix("amd")
    deviceVariable = isAMD ? "ROCR_VISIBLE_DEVICES" : "CUDA_VISIBLE_DEVICES"
  }

  /// The number of each NVIDIA accelerator's device file.
  var deviceNumbers: [Int: Int] {
    guard let library else { return [:] }
    var numbers: [Int: Int] = [:]
    for index in indices { numbers[index] = library.describe(index)?.minor }
    return numbers
  }

  /// What is wrong with one of them.
  func trouble() -> String? {
    for index in indices {
      let words = library?.trouble(index) ?? (index < radeons.count ? radeons[index].trouble : nil)
      if let words { return "accelerator \(index): \(words)" }
    }
    return nil
  }

  /// What they have drawn in all, in millijoules, where all of them say so.
  func energy(of devices: [Int]) -> Int64? {
    guard !devices.isEmpty else { return nil }
    var sum: Int64 = 0
    for index in devices {
      let one = library?.energy(index) ?? (index < radeons.count ? radeons[index].energy : nil)
      guard let one else { return nil }
      sum += one
    }
    return sum
  }

  /// What they have drawn since then, in joules.
  func joules(of devices: [Int], since before: Int64?) -> Int64? {
    guard let before, let after = energy(of: devices), after >= before else { return nil }
    return (after - before) / 1000
  }
}

/// NVIDIA's management library, where it is installed.
@safe
final class NVML: Sendable {
  struct Missing: Error { var what: String }

  /// The library allows calls from several threads; one at a time is enough.
  @safe
  private struct Handle { let pointer: OpaquePointer }

  private let library: Mutex<Handle>

  init(path: String?) throws {
    var words = [CChar](repeating: 0, count: 256)
    let opened = unsafe words.withUnsafeMutableBufferPointer { room in
      unsafe muster_nvml_open(path, room.baseAddress, room.count)
    }
    guard let opened = unsafe opened else { throw Missing(what: Self.text(words)) }
    library = Mutex(unsafe Handle(pointer: opened))
  }

  deinit { library.withLock { unsafe muster_nvml_close($0.pointer) } }

  private static func text(_ words: [CChar]) -> String {
    String(decoding: words.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  var count: Int { library.withLock { Int(unsafe muster_nvml_count($0.pointer)) } }

  func describe(_ index: Int) -> (name: String, minor: Int, memoryMib: Int64)? {
    library.withLock { library in
      var one = muster_accelerator()
      guard unsafe muster_nvml_describe(library.pointer, Int32(index), &one) == 0 else {
        return nil
      }
      let name = unsafe withUnsafeBytes(of: one.model) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      return (name, Int(one.minor), one.memory_mib)
    }
  }

  func trouble(_ index: Int) -> String? {
    library.withLock { library in
      var words = [CChar](repeating: 0, count: 256)
      let found = unsafe words.withUnsafeMutableBufferPointer { room in
        unsafe muster_nvml_trouble(library.pointer, Int32(index), room.baseAddress, room.count)
      }
      return found == 0 ? nil : Self.text(words)
    }
  }

  func energy(_ index: Int) -> Int64? {
    library.withLock { library in
      let energy = unsafe muster_nvml_energy(library.pointer, Int32(index))
      return energy < 0 ? nil : energy
    }
  }
}

/// An accelerator of AMD's, as the kernel shows it in files.
struct Radeon: Sendable {
  let folder: String
  let name: String

  /// All of them, in the kernel's order.
  static func all(below root: String = "/sys/class/drm") -> [Radeon] {
    let cards = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
    let numbers = cards.compactMap { card in
      card.hasPrefix("card") ? Int(card.dropFirst(4)) : nil
    }
    return numbers.sorted().compactMap { number in
      let folder = "\(root)/card\(number)/device"
      guard text("\(folder)/vendor") == "0x1002", text("\(folder)/mem_info_vram_total") != nil
      else {
        return nil
      }
      return Radeon(folder: folder, name: text("\(folder)/product_name") ?? "AMD Instinct")
    }
  }

  private static func text(_ path: String) -> String? {
    let text = try? String(contentsOfFile: path, encoding: .utf8)
    return text?.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Errors of its memory that could not be put right.
  var trouble: String? {
    guard let counts = Self.text("\(folder)/ras/umc_err_count") else { return nil }
    for line in counts.split(separator: "\n") where line.hasPrefix("ue:") {
      guard let count = Int(line.dropFirst(3).trimmingCharacters(in: .whitespaces)) else {
        continue
      }
      return count > 0 ? "\(count) uncorrected errors of its memory" : nil
    }
    return nil
  }

  /// What it has drawn, in millijoules; the kernel counts millionths of joules.
  var energy: Int64? {
    let monitors = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/hwmon")) ?? []
    for monitor in monitors.sorted() {
      let path = "\(folder)/hwmon/\(monitor)/energy1_input"
      if let energy = Self.text(path).flatMap({ Int64($0) }) { return energy / 1000 }
    }
    return nil
  }
}
