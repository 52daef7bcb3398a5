extension RequestMix {
  /// What of a mix does not follow from the fleet: `Codec` keeps it in snapshots.
  public struct Image: Hashable, Sendable {
    /// Requests that are alike.
    public struct Offer: Hashable, Sendable {
      /// Thousandths of a core.
      public var milliCores: Int
      /// Thousandths of each accelerator.
      public var milli: Int
      /// Accelerators.
      public var accelerators: Int
      /// How many of them were seen.
      public var count: Int

      /// So many requests.
      public init(milliCores: Int, milli: Int, accelerators: Int, count: Int) {
        self.milliCores = milliCores
        self.milli = milli
        self.accelerators = accelerators
        self.count = count
      }
    }

    /// What room of a size costs, because it was short.
    public struct Price: Hashable, Sendable {
      /// Accelerators.
      public var accelerators: Int
      /// Thousandths of each of them.
      public var milli: Int
      /// The price as it moves, in 1/1024 of a thousandth of an accelerator.
      public var now: Int
      /// The price that room is judged by.
      public var held: Int

      /// A price.
      public init(accelerators: Int, milli: Int, now: Int, held: Int) {
        self.accelerators = accelerators
        self.milli = milli
        self.now = now
        self.held = held
      }
    }

    /// The requests that are counted, in the order in which they came up.
    public var offers: [Offer] = []
    /// Those that the values were solved for.
    public var solved: [Offer] = []
    /// The prices of what is short, in the order in which they came up.
    public var prices: [Price] = []
    /// How many requests have come since the prices fell last.
    public var pause = 0
    /// How many members were counted.
    public var arrivals = 0
    /// At how many the values are solved anew.
    public var nextSolution = 1

    /// An image of a mix that has seen nothing.
    public init() {}
  }

  /// What of this mix does not follow from the fleet. O(different requests)
  public var image: Image {
    var image = Image()
    func offer(_ offer: RoomValue.Offer) -> Image.Offer {
      Image.Offer(
        milliCores: offer.milliCores, milli: offer.milli, accelerators: offer.accelerators,
        count: offer.count)
    }
    image.offers = offers.map(offer)
    image.solved = solved.map(offer)
    image.prices = shortages.prices.map {
      Image.Price(
        accelerators: $0.size.accelerators, milli: $0.size.milli, now: $0.now, held: $0.held)
    }
    image.pause = shortages.counted
    image.arrivals = arrivals
    image.nextSolution = nextSolution
    return image
  }

  /// A mix as it was before a restart; nil where the image is of none.
  ///
  /// Takes one solution of the values: some milliseconds.
  public init?(restoring image: Image, topology: Topology) {
    self.init(topology: topology)
    guard image.isSound else { return nil }
    func offer(_ offer: Image.Offer) -> RoomValue.Offer {
      RoomValue.Offer(
        milliCores: offer.milliCores, milli: offer.milli, accelerators: offer.accelerators,
        count: offer.count)
    }
    offers = image.offers.map(offer)
    solved = image.solved.map(offer)
    shortages.prices = image.prices.map {
      Shortages.Price(
        size: Shortages.Size(accelerators: $0.accelerators, milli: $0.milli), now: $0.now,
        held: $0.held)
    }
    shortages.counted = image.pause
    arrivals = image.arrivals
    nextSolution = image.nextSolution
    value.solve(solved)
    value.adopt(shortages.held)
  }
}

extension RequestMix.Image {
  /// More than all counts together can be: they are halved at 2^20, and a gang has 10^6 members.
  private static let mostCounted = 1 << 24

  /// More than a price can be: half of 64 accelerators.
  private static let highestPrice = 64 * 1000 * RoomValue.one

  fileprivate var isSound: Bool {
    for list in [offers, solved] {
      guard list.count <= RequestMix.mostKinds, list.allSatisfy(Self.isSound),
        list.reduce(0, { $0 + $1.count }) <= Self.mostCounted
      else { return false }
    }
    return prices.count <= 65 * 1000
      && prices.allSatisfy {
        (1...64).contains($0.accelerators) && (1...1000).contains($0.milli)
          && (0...Self.highestPrice).contains($0.now) && (0...Self.highestPrice).contains($0.held)
      } && (0..<Shortages.pause).contains(pause) && (0...Self.mostCounted).contains(arrivals)
      && (0...4 * Self.mostCounted).contains(nextSolution)
  }

  private static func isSound(_ offer: Offer) -> Bool {
    (0...Int(Int32.max)).contains(offer.milliCores) && (1...1000).contains(offer.milli)
      && (0...NodeType.mostAccelerators).contains(offer.accelerators)
      && (0...mostCounted).contains(offer.count)
  }
}
