import Units

/// What is free now: one bit an accelerator and a core, and counters kept in step with the bits.
///
/// A value of a few kilobytes (29 kB for 12,500 nodes × 8): a trial is a copy, and dropping the
/// copy is the way back. Taking or giving back a slice costs O(levels) besides its own bits.
///
/// Invariants, checked by `checkInvariants()`:
/// - a node stands in exactly one row of `byFree`, the one of its number of free accelerators;
/// - `idle` holds the nodes of which every accelerator and every core is free;
/// - `atLeast[f]` counts the nodes with at least f free accelerators;
/// - each domain's two counters are the sums over its range of nodes.
public struct Occupancy: Sendable {
  /// The fleet this is about.
  public let topology: Topology

  /// The free bits: all accelerators in depth-first order, then all cores.
  var freeMap: [UInt64]

  /// Row f: nodes with exactly f free accelerators; the last row: idle nodes.
  var byFree: BitMatrix

  /// Entry f: nodes with at least f free accelerators; the last entry: idle nodes.
  var atLeast: [Int32]

  /// Free accelerators and idle nodes of each domain, two entries a domain.
  var domainCounters: [Int32]

  /// Free accelerators of the whole fleet.
  public private(set) var freeAccelerators: Int

  /// Free cores of the whole fleet.
  public private(set) var freeCores: Int

  /// A fleet of which everything is free.
  public init(topology: Topology) {
    var map = Array(repeating: UInt64(0), count: topology.mapWordCount)
    for node in topology.nodes.indices {
      let field = topology.acceleratorFields[node]
      map[Int(field.word)] |= field.ones << UInt64(field.shift)
      var cores = topology.type(of: node).cores
      var word = Int(topology.coreWordStarts[node])
      while cores > 0 {
        map[word] = cores >= 64 ? ~0 : (1 << UInt64(cores)) - 1
        cores -= 64
        word += 1
      }
    }
    self.init(topology: topology, freeMap: map)
  }

  /// A fleet of which just the set bits of `freeMap` are free. O(nodes)
  init(topology: Topology, freeMap: [UInt64]) {
    self.topology = topology
    self.freeMap = freeMap
    let rows = topology.mostAcceleratorsPerNode + 2
    byFree = BitMatrix(rows: rows, columns: topology.nodes.count)
    atLeast = Array(repeating: 0, count: rows)
    domainCounters = Array(repeating: 0, count: 2 * topology.domains.count)
    freeAccelerators = 0
    freeCores = freeMap[topology.acceleratorWordCount...].reduce(0) { $0 + $1.nonzeroBitCount }
    for node in topology.nodes.indices {
      let free = accelerators(freeOn: node).nonzeroBitCount
      byFree.insert(row: free, column: node)
      for count in 0...free { atLeast[count] += 1 }
      freeAccelerators += free
      let idle = isIdle(node)
      if idle {
        byFree.insert(row: idleRow, column: node)
        atLeast[idleRow] += 1
      }
      count(free, idle ? 1 : 0, around: node)
    }
  }

  var idleRow: Int { topology.mostAcceleratorsPerNode + 1 }

  /// The free accelerators of a node: bit i is its i-th.
  @inline(__always)
  func accelerators(freeOn node: Int) -> UInt64 {
    let field = topology.acceleratorFields[node]
    return freeMap[Int(field.word)] >> UInt64(field.shift) & field.ones
  }

  /// How many accelerators are free inside a domain. O(1)
  public func freeAccelerators(inDomain domain: Int) -> Int { Int(domainCounters[2 * domain]) }

  /// How many nodes of a domain are wholly free. O(1)
  public func idleNodes(inDomain domain: Int) -> Int { Int(domainCounters[2 * domain + 1]) }

  /// How many nodes of the fleet are wholly free. O(1)
  public var idleNodes: Int { Int(atLeast[idleRow]) }

  /// How many cores are free on a node.
  func coreCount(freeOn node: Int) -> Int {
    coreWords(of: node).reduce(0) { $0 + freeMap[$1].nonzeroBitCount }
  }

  func coreWords(of node: Int) -> Range<Int> {
    let start = Int(topology.coreWordStarts[node])
    return start..<start + topology.type(of: node).coreWordCount
  }

  private func isIdle(_ node: Int) -> Bool {
    guard accelerators(freeOn: node) == topology.acceleratorFields[node].ones else { return false }
    guard topology.coreCount > 0 else { return true }
    return coreCount(freeOn: node) == topology.type(of: node).cores
  }

  /// Marks everything that an allocation names as taken.
  ///
  /// - Precondition: all of it is free; nobody holds an accelerator twice.
  public mutating func take(_ allocation: Allocation) {
    change(allocation) { word, bits in
      precondition(word & bits == bits, "taking what is not free: \(bits) of \(word)")
      word &= ~bits
    }
  }

  /// Marks everything that an allocation names as free again.
  ///
  /// - Precondition: none of it is free.
  public mutating func giveBack(_ allocation: Allocation) {
    change(allocation) { word, bits in
      precondition(word & bits == 0, "giving back what is free: \(bits) of \(word)")
      word |= bits
    }
  }

  /// Takes of an allocation what is free, and leaves out what somebody holds.
  mutating func withhold(_ allocation: Allocation) {
    change(allocation) { word, bits in word &= ~bits }
  }

  @inline(__always)
  private mutating func change(
    _ allocation: Allocation, _ apply: (_ word: inout UInt64, _ bits: UInt64) -> Void
  ) {
    var coreWord = 0
    let hasCores = topology.coreCount > 0
    for slice in allocation.slices {
      let node = topology.index(of: slice.node)
      let field = topology.acceleratorFields[node]
      let before = accelerators(freeOn: node).nonzeroBitCount
      let wasIdle = hasCores ? isIdle(node) : before == Int(field.width)
      apply(&freeMap[Int(field.word)], slice.accelerators << UInt64(field.shift))
      let after = accelerators(freeOn: node).nonzeroBitCount
      if !allocation.coreMaps.isEmpty {
        for word in coreWords(of: node) {
          freeCores -= freeMap[word].nonzeroBitCount
          apply(&freeMap[word], allocation.coreMaps[coreWord])
          freeCores += freeMap[word].nonzeroBitCount
          coreWord += 1
        }
      }
      let isIdle = hasCores ? isIdle(node) : after == Int(field.width)
      recount(node, from: before, to: after, wasIdle, isIdle)
    }
  }

  @inline(__always)
  private mutating func recount(
    _ node: Int, from before: Int, to after: Int, _ wasIdle: Bool, _ isIdle: Bool
  ) {
    if before != after {
      byFree.remove(row: before, column: node)
      byFree.insert(row: after, column: node)
      freeAccelerators += after - before
      if after < before {
        for count in after + 1...before { atLeast[count] -= 1 }
      } else {
        for count in before + 1...after { atLeast[count] += 1 }
      }
    }
    if wasIdle != isIdle {
      atLeast[idleRow] += isIdle ? 1 : -1
      if isIdle {
        byFree.insert(row: idleRow, column: node)
      } else {
        byFree.remove(row: idleRow, column: node)
      }
    }
    count(after - before, (isIdle ? 1 : 0) - (wasIdle ? 1 : 0), around: node)
  }

  @inline(__always)
  private mutating func count(_ accelerators: Int, _ idle: Int, around node: Int) {
    guard !domainCounters.isEmpty else { return }
    var domain = topology.nodes[node].domain
    while let index = domain {
      domainCounters[2 * index] += Int32(accelerators)
      domainCounters[2 * index + 1] += Int32(idle)
      domain = topology.domains[index].parent
    }
  }
}

extension Occupancy {
  /// Whether nothing at all is free.
  public var isFull: Bool { freeAccelerators == 0 && freeCores == 0 }

  /// What would be free if all that an allocation names were taken, of which some already is.
  public func withholding(_ allocation: Allocation) -> Occupancy {
    var rest = self
    rest.withhold(allocation)
    return rest
  }

  /// Whether everything that an allocation names is free.
  public func isFree(_ allocation: Allocation) -> Bool {
    var coreWord = 0
    for slice in allocation.slices {
      let node = topology.index(of: slice.node)
      guard accelerators(freeOn: node) & slice.accelerators == slice.accelerators else {
        return false
      }
      guard !allocation.coreMaps.isEmpty else { continue }
      for word in coreWords(of: node) {
        let bits = allocation.coreMaps[coreWord]
        guard freeMap[word] & bits == bits else { return false }
        coreWord += 1
      }
    }
    return true
  }
}
