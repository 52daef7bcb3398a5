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
  /// The least number of letters to insert, remove or replace. (Levenshtein 1966)
  fileprivate func distance(to other: String) -> Int {
    let other = Array(other.prefix(64))
    var row = Array(0...other.count)
    for (i, letter) in self.prefix(64).enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, counterpart) in other.enumerated() {
        let replaced = diagonal + (letter == counterpart ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = Swift.min(replaced, Swift.min(row[j], diagonal) + 1)
      }
    }
    return row[other.count]
  }
}
