import Foundation

/// What a benchmark may cost at most.
struct Gate: Codable, Equatable {
  /// The instructions of its counted work.
  var instructions: Int
  /// How many percent more still pass.
  var tolerancePercent: Double = 2
  /// The memory of its plain run in megabytes; nil where it is not gated.
  var peakMegabytes: Int?

  enum CodingKeys: String, CodingKey {
    case instructions
    case tolerancePercent = "tolerance_percent"
    case peakMegabytes = "peak_megabytes"
  }

  /// So much below the gate, in percent, that the gate should be lowered.
  static let suggestionPercent = 5.0

  /// By how many percent a count lies above the gate; negative where below.
  func percentAbove(_ count: Int) -> Double {
    (Double(count) / Double(instructions) - 1) * 100
  }
}

/// The file that keeps the gates.
struct GateFile {
  let path: String
  private(set) var gates: [String: Gate] = [:]

  /// Reads the gates; where there is no file, there are none yet.
  init(path: String) throws {
    self.path = path
    guard FileManager.default.fileExists(atPath: path) else { return }
    do {
      gates = try JSONDecoder().decode(
        [String: Gate].self, from: Data(contentsOf: URL(filePath: path)))
    } catch {
      throw BenchFailure("\(path): not a file of gates (\(error)); rewrite it with --update")
    }
  }

  /// Sets the count of a benchmark, and keeps what a person has set beside it.
  mutating func update(_ name: String, instructions: Int) {
    gates[name, default: Gate(instructions: 0)].instructions = instructions
  }

  func write() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    var text = try encoder.encode(gates)
    text.append(0x0A)
    try text.write(to: URL(filePath: path))
  }
}
