extension [String] {
  /// The word that differs in the fewest letters, if it is few enough to be meant.
  public func nearest(to word: String) -> String? {
    let best = self.map { (distance: $0.distance(to: word), word: $0) }
      .min { ($0.distance, $0.word) < ($1.distance, $1.word) }
    guard let best, best.distance <= Swift.max(1, best.word.count / 3) else { return nil }
    return best.word
  }
}

extension String {
  /// The least number of letters to insert, remove, replace or swap with their neighbour.
  /// (Damerau 1964, each letter touched once)
  fileprivate func distance(to other: String) -> Int {
    let (a, b) = (Array(self.prefix(64)), Array(other.prefix(64)))
    var beforeLast = [Int](), last = Array(0...b.count)
    for i in a.indices {
      var row = [i + 1]
      for j in b.indices {
        var best = last[j] + (a[i] == b[j] ? 0 : 1)
        best = Swift.min(best, Swift.min(last[j + 1], row[j]) + 1)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          best = Swift.min(best, beforeLast[j - 1] + 1)
        }
        row.append(best)
      }
      (beforeLast, last) = (last, row)
    }
    return last[b.count]
  }
}
