/// What an allocation names, and where that stands in the map of what is free.
///
/// Nodes share the words of that map: what others hold of a large gang's place is passed by a word
/// at a time. Worth its making where one allocation meets many occupancies.
public struct Footprint: Sendable {
  /// What is named.
  public let allocation: Allocation

  /// Where it names whole accelerators, word by word.
  let pieces: [Piece]

  /// Neighbouring slices on one word of the map.
  struct Piece: Sendable {
    var word: Int32
    var bits: UInt64
    var slices: Range<Int32>
  }

  /// Whether whole accelerators are all that it names.
  var isPlain: Bool { allocation.hosts.isEmpty && allocation.shares.isEmpty }

  /// The footprint of an allocation on a fleet. O(its slices)
  public init(of allocation: Allocation, on topology: Topology) {
    self.allocation = allocation
    var pieces: [Piece] = []
    for (index, slice) in allocation.slices.enumerated() {
      let field = topology.acceleratorFields[topology.index(of: slice.node)]
      let (place, bits) = (Int32(index), slice.accelerators << UInt64(field.shift))
      if let last = pieces.indices.last, pieces[last].word == field.word {
        pieces[last].bits |= bits
        pieces[last].slices = pieces[last].slices.lowerBound..<place + 1
      } else {
        pieces.append(Piece(word: field.word, bits: bits, slices: place..<place + 1))
      }
    }
    self.pieces = pieces
  }
}

extension Occupancy {
  /// Whether anything of a footprint may be free; false is sure. O(its words)
  public func mayOverlap(_ footprint: Footprint) -> Bool {
    guard footprint.isPlain, residuals.isEmpty else { return true }
    for piece in footprint.pieces where freeMap[Int(piece.word)] & piece.bits != 0 { return true }
    return false
  }

  /// Marks as taken what of a footprint is free. O(its words, and the slices of those of which
  /// anything is free)
  public mutating func withhold(_ footprint: Footprint) {
    guard footprint.isPlain, residuals.isEmpty else { return withhold(footprint.allocation) }
    var slices: [NodeSlice] = []
    for piece in footprint.pieces where freeMap[Int(piece.word)] & piece.bits != 0 {
      let (first, end) = (Int(piece.slices.lowerBound), Int(piece.slices.upperBound))
      slices += footprint.allocation.slices[first..<end]
    }
    withhold(Allocation(slices: slices))
  }
}
