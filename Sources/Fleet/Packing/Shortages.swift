/// Which sizes of requests found no room of late, as a price for room of each size.
///
/// The price of a size rises by a step whenever a request of that size finds no room, and falls
/// slowly all the time: where requests only come there are none until the fleet is full, and where
/// they also leave they settle where what is kept together is about what is asked for. It is the
/// subgradient method for the prices of what is short (Held and Karp 1971), with steps that do not
/// shrink, as the mix may change.
///
/// Prices are in `RoomValue.one` to a thousandth of an accelerator.
struct Shortages: Sendable {
  struct Size: Equatable, Sendable {
    var accelerators: Int
    /// Thousandths of each; 1000 for whole ones.
    var milli: Int
  }

  struct Price: Sendable {
    var size: Size
    var now: Int
    /// The price that room is judged by; it follows where the other has moved by a quarter.
    var held = 0
  }

  /// No room for a request adds a fiftieth of an accelerator. Five times as much does as well, a
  /// quarter of it follows too slowly.
  private static let step = 20 * RoomValue.one

  /// Every 64 requests a price loses a 256th: half of it in 11,000 requests.
  ///
  /// A 64th forgets between two requests for a size that is rare; a 1024th does as well.
  static let pause = 64
  private static let decay = 256

  /// A price that has fallen below that is none.
  private static let least = 10 * RoomValue.one

  var prices: [Price] = []
  var counted = 0

  /// Counts a request; whether the prices that hold have changed.
  mutating func note(_ size: Size, hasRoom: Bool) -> Bool {
    if !hasRoom, size.accelerators > 0, size.milli > 0 { raise(size) }
    counted += 1
    guard counted == Self.pause else { return false }
    counted = 0
    return settle()
  }

  /// At most half of what a request of the size asks for: more would only turn the order of the
  /// other reasons around.
  private mutating func raise(_ size: Size) {
    let most = size.accelerators * size.milli * RoomValue.one / 2
    if let index = prices.firstIndex(where: { $0.size == size }) {
      prices[index].now = min(most, prices[index].now + Self.step)
    } else {
      prices.append(Price(size: size, now: min(most, Self.step)))
    }
  }

  private mutating func settle() -> Bool {
    var hasChanged = false
    for index in prices.indices {
      prices[index].now -= prices[index].now / Self.decay
      if prices[index].now < Self.least { prices[index].now = 0 }
      let (now, held) = (prices[index].now, prices[index].held)
      guard abs(now - held) * 4 > held else { continue }
      prices[index].held = now
      hasChanged = true
    }
    prices.removeAll { $0.now == 0 }
    return hasChanged
  }

  /// Every size that has a price, and the price that holds.
  var held: [(size: Size, price: Int)] {
    prices.filter { $0.held > 0 }.map { ($0.size, $0.held) }
  }
}
