public import Wire

/// An array of jobs as it is typed: `0-99%10`, `1,4,7`, `0-20:5`.
public enum ArrayArgument {
  /// The most jobs of one array.
  static let mostJobs = 1_000_000
  private static let greatestIndex: UInt32 = 4_000_000

  /// Reads an array.
  ///
  /// - Throws: `ArgumentFault`.
  public static func parse(_ text: String) throws(ArgumentFault) -> JobSubmission.ArraySpec {
    let halves = text.split(separator: "%", omittingEmptySubsequences: false)
    guard halves.count <= 2, let list = halves.first else {
      throw ArgumentFault("one % names how many run at once, such as 0-99%10")
    }
    var throttle: Int?
    if halves.count == 2 {
      guard let count = Int(halves[1]), (1...mostJobs).contains(count) else {
        throw ArgumentFault("behind % stands how many run at once, such as 0-99%10")
      }
      throttle = count
    }
    return JobSubmission.ArraySpec(indices: try indices(list), throttle: throttle)
  }

  /// `1,4-7,10-20:5`, ascending and distinct.
  static func indices(_ list: Substring) throws(ArgumentFault) -> [UInt32] {
    var indices: [UInt32] = []
    for item in list.split(separator: ",", omittingEmptySubsequences: false) {
      let steps = item.split(separator: ":", omittingEmptySubsequences: false)
      let ends = (steps.first ?? "").split(separator: "-", omittingEmptySubsequences: false)
      guard steps.count <= 2, ends.count <= 2, let first = ends.first.flatMap({ index($0) }),
        let last = ends.last.flatMap({ index($0) }),
        let step = steps.count == 2 ? index(steps[1]) : 1, steps.count == 1 || ends.count == 2
      else {
        throw ArgumentFault(
          "'\(item)' is no index up to \(greatestIndex), range 0-99 or range with a step 0-20:5")
      }
      guard first <= last, step > 0 else {
        throw ArgumentFault("'\(item)' has nothing in it; the smaller index comes first")
      }
      guard Int((last - first) / step) + indices.count < mostJobs else {
        throw ArgumentFault("an array has at most \(mostJobs) jobs")
      }
      indices += stride(from: first, through: last, by: Int(step))
    }
    indices.sort()
    if let twice = zip(indices, indices.dropFirst()).first(where: { $0.0 == $0.1 }) {
      throw ArgumentFault("\(twice.0) is in it twice")
    }
    return indices
  }

  private static func index(_ digits: Substring) -> UInt32? {
    guard (1...7).contains(digits.utf8.count), digits.utf8.allSatisfy({ (48...57).contains($0) }),
      let index = UInt32(digits), index <= greatestIndex
    else { return nil }
    return index
  }
}
