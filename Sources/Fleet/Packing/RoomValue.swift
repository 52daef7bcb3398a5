/// What room on a node is worth, judged by the requests seen so far: the measure behind `muster`.
///
/// Seen from a piece of room, requests of the mix come by one after the other, and it may wait for
/// one that fits it better. What it can expect to sell in the end is its *value*, in thousandths of
/// an accelerator:
/// ```
/// V = max over what to accept A of   γ · Σ_A p · (sold now + value of what is left)
///                                    ──────────────────────────────────────────────
///                                            1 − γ · (1 − Σ_A p)
/// ```
/// p being a request's share of the mix, and γ the patience: how likely it is that another one
/// still comes. It is solved for three kinds of room:
/// - the rest of one accelerator, by the parts that are asked for;
/// - the free accelerators of a node together with its free cores: what is stranded if the cores
///   run out before the accelerators do;
/// - whole free accelerators of one node, k of them: what requests for several need.
///
/// To these come the prices of `Shortages`: room of a size that was lacking of late is worth more.
///
/// The loss of a node is what is free there less what that is worth; a request goes where it adds
/// least to the loss. All in whole numbers, and the same constants whatever the mix.
struct RoomValue: Sendable {
  /// Requests that are alike in what matters here.
  struct Offer {
    var milliCores: Int
    /// Thousandths of each accelerator; 1000 for whole ones.
    var milli: Int
    var accelerators: Int
    /// How many of them were seen.
    var count: Int
  }

  /// Values are in 1/1024 of a thousandth of an accelerator.
  static let one = 1 << oneBits
  static let oneBits = 10

  /// The rest of an accelerator waits for 50 offers, a node for 10: γ is one less 1/50, 1/10.
  ///
  /// Found on the seven openb lists. Between 5 and 50 the second moves none by more than 0.2 points
  /// of allocation; the first matters where all requests are for parts, and has its best there.
  private static let devicePatience = 50
  private static let nodePatience = 10

  /// What keeping accelerators together is worth, for each share of the mix that needs it, in
  /// thousandths of an accelerator. Below 100 large requests find no room; above 200 small ones are
  /// kept out for their sake.
  private static let wholeness = 150

  /// While whole accelerators are short, requests crowd where least is free: a node costs more by
  /// this part of what is free there, the least of a hundredth and of the prices for several
  /// accelerators, in 50 accelerators.
  ///
  /// Prices alone leave the last requests of a node where they are; this drains it. A 30th or a
  /// 200th for the first, 20 or 100 for the second do about as well.
  private static let mostCrowding = 10 * one
  private static let crowdingShare = 50

  private static let coreSteps = 128
  private static let roomSteps = 80

  /// Thousandths of a core, and of an accelerator, to a step of `nodes`.
  private let coreUnit: Int
  private let roomUnit: Int

  /// By what is left of an accelerator, 0…1000: by the mix, and with the prices of shortages.
  private var solvedDevices: [Int]
  private var devices: [Int]

  /// By steps of free cores and free accelerators: `cores * (roomSteps + 1) + accelerators`.
  private var nodes: [Int]

  /// By whole free accelerators of a node: by the mix, and with the prices of shortages.
  private var solvedWholes: [Int]
  private var wholes: [Int]

  private var shortages: [(size: Shortages.Size, price: Int)] = []

  /// What each accelerator that is free on a node adds to its cost, like the values.
  private var crowding = 0

  /// Values for nodes up to a size, before any request was seen: nothing is worth anything.
  init(mostMilliCores: Int, mostAccelerators: Int) {
    coreUnit = max(1, (mostMilliCores + Self.coreSteps - 1) / Self.coreSteps)
    roomUnit = max(1, (mostAccelerators * 1000 + Self.roomSteps - 1) / Self.roomSteps)
    solvedDevices = Array(repeating: 0, count: 1001)
    devices = solvedDevices
    nodes = Array(repeating: 0, count: (Self.coreSteps + 1) * (Self.roomSteps + 1))
    solvedWholes = Array(repeating: 0, count: mostAccelerators + 1)
    wholes = solvedWholes
  }

  /// Solves for the mix of these offers; those without accelerators are no offers.
  ///
  /// O(steps of both tables × different offers × rounds until a value stands, about five)
  mutating func solve(_ offers: [Offer]) {
    let offers = offers.filter { $0.accelerators > 0 && $0.count > 0 }
    let total = offers.reduce(0) { $0 + $1.count }
    guard total > 0 else { return }
    solveDevices(offers, total)
    solveNodes(offers, total)
    solveWholes(offers)
    addPrices()
  }

  /// Holds these prices for what is short from now on.
  mutating func adopt(_ shortages: [(size: Shortages.Size, price: Int)]) {
    self.shortages = shortages
    addPrices()
  }

  /// A piece of room is worth the price of a size for each request of the size that it has room
  /// for.
  private mutating func addPrices() {
    (devices, wholes) = (solvedDevices, solvedWholes)
    var sum = 0
    for (size, price) in shortages {
      if size.accelerators == 1 {
        for left in size.milli...1000 { devices[left] += price * (left / size.milli) }
      } else if size.accelerators < wholes.count {
        sum += price
        for free in size.accelerators..<wholes.count {
          wholes[free] += price * (free / size.accelerators)
        }
      }
    }
    crowding = min(Self.mostCrowding, sum / Self.crowdingShare)
  }

  private mutating func solveDevices(_ offers: [Offer], _ total: Int) {
    var counts = Array(repeating: 0, count: 1001)
    for offer in offers where offer.accelerators == 1 { counts[offer.milli] += offer.count }
    let sizes = (1...1000).filter { counts[$0] > 0 }
    var sale = Sale(total: total, patience: Self.devicePatience)
    for left in 1...1000 {
      sale.clear()
      for size in sizes where size <= left {
        sale.offer(size * Self.one + solvedDevices[left - size], counts[size])
      }
      solvedDevices[left] = sale.value()
    }
  }

  private mutating func solveNodes(_ offers: [Offer], _ total: Int) {
    var merged: [(cores: Int, room: Int, count: Int)] = []
    for offer in offers {
      let cores = min(Self.coreSteps, (offer.milliCores + coreUnit / 2) / coreUnit)
      let milli = offer.milli * offer.accelerators
      let room = min(Self.roomSteps, max(1, (milli + roomUnit / 2) / roomUnit))
      if let index = merged.firstIndex(where: { $0.cores == cores && $0.room == room }) {
        merged[index].count += offer.count
      } else {
        merged.append((cores, room, offer.count))
      }
    }
    var sale = Sale(total: total, patience: Self.nodePatience)
    for room in 1...Self.roomSteps {
      for cores in 0...Self.coreSteps {
        sale.clear()
        for offer in merged where offer.cores <= cores && offer.room <= room {
          let left = nodes[index(cores - offer.cores, room - offer.room)]
          sale.offer(offer.room * roomUnit * Self.one + left, offer.count)
        }
        nodes[index(cores, room)] = sale.value()
      }
    }
  }

  private mutating func solveWholes(_ offers: [Offer]) {
    var amounts = Array(repeating: 0, count: solvedWholes.count)
    var total = 0
    for offer in offers {
      let amount = offer.count * offer.milli * offer.accelerators
      total += amount
      if offer.accelerators > 1 {
        amounts[min(offer.accelerators, solvedWholes.count - 1)] += amount
      }
    }
    for free in solvedWholes.indices {
      solvedWholes[free] = (2..<max(free + 1, 2)).reduce(0) { value, size in
        value + Self.wholeness * Self.one * amounts[size] / total * (free / size)
      }
    }
  }

  private func index(_ cores: Int, _ room: Int) -> Int { cores * (Self.roomSteps + 1) + room }

  /// What is free on a node less what it is worth, in 1/1024 of a thousandth of an accelerator.
  func loss(of node: PackingNode) -> Int {
    var loss = 0
    var room = 0
    var free = 0
    for device in 0..<node.devices {
      let left = Int(node.left[device])
      loss += left * Self.one - devices[left]
      room += left
      if left == 1000 { free += 1 }
    }
    loss += value(Self.coreSteps * coreUnit, room) - value(Int(node.host.milliCores), room)
    return loss - wholes[free]
  }

  /// How much placing a request adds to a node's loss, at best, and with which accelerator; nil
  /// where it does not fit. Of accelerators that cost the same, the one with the least left.
  ///
  /// The cost is in thousandths of an accelerator, times 2,048, and below that what is left.
  ///
  /// - Parameter before: the node's loss now, where that is known.
  func cheapest(
    _ request: PackingRequest, on node: PackingNode, before: Int? = nil
  ) -> (cost: Int, device: Int)? {
    guard request.fits(node) else { return nil }
    let before = (before ?? loss(of: node)) - crowding * node.idle / 1000
    func cost(_ device: Int, _ left: Int) -> Int {
      let added = loss(of: node.taking(request, device)) - before
      return (added + Self.one / 2) >> Self.oneBits * 2048 + left
    }
    guard request.count == 1, request.milli < 1000 else {
      return (cost(0, request.count == 0 ? 0 : 1000), 0)
    }
    var best: (cost: Int, device: Int)?
    for device in 0..<node.devices where node.left[device] >= request.milli {
      guard !node.isRepeated(device) else { continue }
      let cost = cost(device, Int(node.left[device]))
      if let best, best.cost <= cost { continue }
      best = (cost, device)
    }
    return best
  }

  /// The value of free cores and accelerators, between the steps of the table.
  private func value(_ milliCores: Int, _ room: Int) -> Int {
    let milliCores = min(milliCores, Self.coreSteps * coreUnit)
    let room = min(room, Self.roomSteps * roomUnit)
    let core = min(Self.coreSteps - 1, milliCores / coreUnit)
    let step = min(Self.roomSteps - 1, room / roomUnit)
    let (a, b) = (milliCores - core * coreUnit, room - step * roomUnit)
    func between(_ cores: Int) -> Int {
      nodes[index(cores, step)] * (roomUnit - b) + nodes[index(cores, step + 1)] * b
    }
    return (between(core) * (coreUnit - a) + between(core + 1) * a) / (coreUnit * roomUnit)
  }
}

/// A piece of room for sale to the requests of a mix, one after the other, to whom it likes.
private struct Sale {
  private let total: Int
  private let patience: Int
  private var offers: [(price: Int, count: Int)] = []

  init(total: Int, patience: Int) {
    self.total = total
    self.patience = patience
  }

  mutating func clear() { offers.removeAll(keepingCapacity: true) }

  mutating func offer(_ price: Int, _ count: Int) { offers.append((price, count)) }

  /// What it brings in the end, if it accepts what is worth more than waiting.
  ///
  /// Howard 1960: each round accepts by the value of the last one; the values rise, and stand still
  /// after as many rounds as there are different prices at most.
  func value() -> Int {
    var value = 0
    while true {
      var sum = 0
      var accepted = 0
      for offer in offers where offer.price > value {
        sum += offer.count * offer.price
        accepted += offer.count
      }
      guard accepted > 0 else { return value }
      let next =
        (patience - 1) * sum / (patience * total - (patience - 1) * (total - accepted))
      guard next > value else { return value }
      value = next
    }
  }
}
