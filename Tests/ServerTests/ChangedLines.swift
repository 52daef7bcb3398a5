import Foundation
import Testing
import Units
import Wire

/// Changes lines at random places, and expects that what is read of them by hand is what the
/// decoder reads; how many of them were read by hand.
///
/// - Parameters:
///   - line: a line as it is written.
///   - read: reads a line by hand; nil: it is left to the decoder.
func linesReadByHand<Message: Decodable & Equatable>(
  of count: Int, seed: UInt64, _ line: (inout SeededGenerator) throws -> Data,
  _ read: (ArraySlice<UInt8>) -> Message?
) rethrows -> Int {
  let marks = Array("0123456789-.e\"\\,:{}[]Z".utf8)
  var random = SeededGenerator(seed: seed)
  var byHand = 0
  for _ in 0..<count {
    var line = Array(try line(&random))
    let place = random.below(line.count)
    switch random.below(5) {
    case 0: line.remove(at: place)
    case 1: line.insert(UInt8(random.below(256)), at: place)
    case 2: line[place] = marks[random.below(marks.count)]
    case 3: line.removeSubrange(place..<min(line.count, place + 1 + random.below(40)))
    default: line.removeSubrange(place...)
    }
    guard let read = read(line[...]) else { continue }
    byHand += 1
    #expect(
      (try? WireJSON.decode(Message.self, from: Data(line))) == read,
      "\(String(decoding: line, as: UTF8.self))")
  }
  return byHand
}
