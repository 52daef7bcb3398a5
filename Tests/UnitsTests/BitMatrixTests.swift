import Testing
import Units

/// What a bit matrix is, said plainly: a sorted scan over an array of rows of flags.
private struct FlagRows {
  var rows: [[Bool]]

  func first(row: Int, from column: Int) -> Int? {
    rows[row].indices.first { $0 >= column && rows[row][$0] }
  }
}

@Suite struct `A bit matrix` {
  /// Widths around the ends of a word and of a summary word, whose 64 words are 4,096 columns.
  private static let widths = [1, 2, 63, 64, 65, 127, 128, 129, 1000, 4095, 4096, 4097, 8192, 9001]

  @Test(arguments: 0..<224) func `holds what a plain one holds`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let columns = Self.widths[Int(seed) % Self.widths.count]
    let rowCount = 1 + random.below(4)
    var matrix = BitMatrix(rows: rowCount, columns: columns)
    var model = FlagRows(
      rows: Array(repeating: Array(repeating: false, count: columns), count: rowCount))
    // Few places, so that bits are set and cleared twice and words become empty again.
    let places = (0..<12).map { _ in random.below(columns) } + [0, columns - 1]
    for step in 0..<120 {
      let row = random.below(rowCount)
      let column = places[random.below(places.count)]
      if random.below(2) == 0 {
        matrix.insert(row: row, column: column)
        model.rows[row][column] = true
      } else {
        matrix.remove(row: row, column: column)
        model.rows[row][column] = false
      }
      let asked = random.below(rowCount)
      let from = random.below(4) == 0 ? random.below(columns + 70) : column
      let found = matrix.first(row: asked, from: from)
      #expect(found == model.first(row: asked, from: from), "step \(step)")
      #expect(matrix.contains(row: row, column: column) == model.rows[row][column])
    }
    for row in 0..<rowCount {
      let held = (0..<columns).filter { matrix.contains(row: row, column: $0) }
      #expect(held == (0..<columns).filter { model.rows[row][$0] })
      #expect(scan(matrix, row: row) == held)
      let mask = (0..<matrix.wordsPerRow).map { _ in random.next() }
      let masked = held.filter { mask[$0 / 64] >> UInt64($0 % 64) & 1 == 1 }
      #expect(Int(matrix.count(row: row, in: mask)) == masked.count)
    }
  }

  private func scan(_ matrix: BitMatrix, row: Int) -> [Int] {
    var found: [Int] = []
    var next = matrix.first(row: row)
    while let column = next {
      found.append(column)
      next = matrix.first(row: row, from: column + 1)
    }
    return found
  }

  @Test(arguments: [1, 64, 65, 4096, 4097, 12_500, 300_000])
  func `finds a lone bit from anywhere before it`(columns: Int) {
    for column in [0, columns / 2, columns - 1] {
      var matrix = BitMatrix(rows: 3, columns: columns)
      matrix.insert(row: 1, column: column)
      for from in [0, column / 2, max(column - 1, 0), column] {
        #expect(matrix.first(row: 1, from: from) == column)
      }
      #expect(matrix.first(row: 1, from: column + 1) == nil)
      #expect(matrix.first(row: 0) == nil)
      #expect(matrix.first(row: 2) == nil)
    }
  }

  @Test func `finds nothing at and past its end`() {
    var matrix = BitMatrix(rows: 1, columns: 128)
    for column in 0..<128 { matrix.insert(row: 0, column: column) }
    #expect(matrix.first(row: 0, from: 127) == 127)
    for from in [128, 129, 4096, Int.max] { #expect(matrix.first(row: 0, from: from) == nil) }
  }

  @Test func `is equal where the same bits are set, however they came to be`() {
    var detour = BitMatrix(rows: 2, columns: 5000)
    for column in stride(from: 0, to: 5000, by: 7) { detour.insert(row: 0, column: column) }
    for column in stride(from: 0, to: 5000, by: 7) { detour.remove(row: 0, column: column) }
    #expect(detour == BitMatrix(rows: 2, columns: 5000))
    detour.insert(row: 1, column: 4999)
    #expect(detour != BitMatrix(rows: 2, columns: 5000))
  }
}
