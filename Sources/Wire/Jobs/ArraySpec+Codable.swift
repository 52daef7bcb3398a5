/// The indices are written as runs, `"0-9999"` or `"1,4-7"`: tens of thousands of numbers would
/// take longer to read than the jobs to submit. A list of numbers is read as well.
extension JobSubmission.ArraySpec {
  private enum CodingKeys: String, CodingKey {
    case indices, throttle
  }

  /// The most indices that runs may stand for: a few bytes can't fill the memory.
  static let mostIndices = 1 << 20

  public init(from decoder: any Decoder) throws {
    let box = try decoder.container(keyedBy: CodingKeys.self)
    let throttle = try box.decodeIfPresent(Int.self, forKey: .throttle)
    guard let text = try? box.decode(String.self, forKey: .indices) else {
      self.init(indices: try box.decode([UInt32].self, forKey: .indices), throttle: throttle)
      return
    }
    guard let indices = Self.indices(inRuns: text) else {
      throw DecodingError.dataCorruptedError(
        forKey: .indices, in: box,
        debugDescription: "Expected runs such as 0-9999 or 1,4-7, and at most \(Self.mostIndices).")
    }
    self.init(indices: indices, throttle: throttle)
  }

  public func encode(to encoder: any Encoder) throws {
    var box = encoder.container(keyedBy: CodingKeys.self)
    try box.encode(Self.text(of: indices), forKey: .indices)
    try box.encodeIfPresent(throttle, forKey: .throttle)
  }

  /// Numbers as people write them, in runs: `1,4-7`; where there are more runs than `most`, the
  /// first of them and an ellipsis.
  public static func text(of numbers: [UInt32], most: Int = .max) -> String {
    let runs = runs(of: numbers)
    var words = runs.prefix(runs.count > most ? most - 1 : most).map {
      $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
    }
    if runs.count > most { words.append("…") }
    return words.joined(separator: ",")
  }

  /// The runs of numbers that follow each other, in the order of the numbers.
  public static func runs(of indices: [UInt32]) -> [ClosedRange<UInt32>] {
    var runs: [ClosedRange<UInt32>] = []
    for index in indices {
      if let last = runs.last, index > 0, last.upperBound == index - 1 {
        runs[runs.count - 1] = last.lowerBound...index
      } else {
        runs.append(index...index)
      }
    }
    return runs
  }

  /// The indices that runs stand for, in their order; nil: they are none, or too many.
  static func indices(inRuns text: String) -> [UInt32]? {
    var indices: [UInt32] = []
    guard !text.isEmpty else { return [] }
    for run in text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
      let ends = run.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
      guard ends.count <= 2, let first = ends.first.flatMap(number),
        let last = ends.last.flatMap(number), first <= last,
        Int(last - first) < mostIndices - indices.count
      else { return nil }
      indices += first...last
    }
    return indices
  }

  private static func number(_ digits: Substring.UTF8View) -> UInt32? {
    digits.allSatisfy { (0x30...0x39).contains($0) } ? UInt32(Substring(digits)) : nil
  }
}
