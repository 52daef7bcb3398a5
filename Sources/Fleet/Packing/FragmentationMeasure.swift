/// FGD's measure: how much of what is idle on a node the typical requests could not use.
///
/// F = Σ over typical requests of frequency × idle thousandths that this one could not use: all of
/// them where it asks for no accelerator, or the model, the cores or enough accelerators are
/// lacking; else those of accelerators with less left than it needs. Typical are the most frequent
/// requests that make up 95 % of all. Source: Weng et al. 2023, "Beware of Fragmentation", USENIX
/// ATC, §3, and its simulator, `frag.go`.
struct FragmentationMeasure: Sendable {
  private struct Typical: Sendable {
    var request: PackingRequest
    var count: Int
  }

  /// Those that need the same of an accelerator stand together.
  private let typical: [Typical]

  /// How many requests the typical ones are, together: what F is to be divided by.
  let total: Int

  /// The measure by a mix of requests, the most frequent first.
  init(mix: [(request: PackingRequest, count: Int)]) {
    let all = mix.reduce(0) { $0 + $1.count }
    var covered = 0
    var chosen: [(request: PackingRequest, count: Int)] = []
    for entry in mix {
      guard covered * 100 < all * 95 else { break }
      chosen.append(entry)
      covered += entry.count
    }
    total = covered
    typical = chosen.map { Typical(request: $0, count: $1) }.sorted {
      $0.request.milli < $1.request.milli
    }
  }

  /// F of a node, in thousandths of an accelerator × `total`.
  ///
  /// O(typical requests + their different needs × devices)
  func fragmentation(of node: PackingNode) -> Int {
    var idle = 0
    for device in 0..<node.devices { idle += Int(node.left[device]) }
    var need = -1
    var enough = 0
    var below = 0
    var sum = 0
    for entry in typical {
      let request = entry.request
      if request.milli != need {
        need = request.milli
        (enough, below) = (0, 0)
        for device in 0..<node.devices {
          let left = Int(node.left[device])
          if left >= need { enough += 1 } else { below += left }
        }
      }
      let isUsable =
        request.count > 0 && enough >= request.count
        && node.host.milliCores >= request.host.milliCores && request.models & node.model != 0
      sum += entry.count * (isUsable ? below : idle)
    }
    return sum
  }

  /// FGD's score for a change of F: int(100 · sigmoid((before − after) / 1000)), 0…100.
  func score(before: Int, after: Int) -> Int {
    let gain = (before - after) * 1_000_000
    var low = 0
    var high = 100
    // The greatest k with gain / total ≥ ln(k / (100 − k)).
    while low < high {
      let middle = (low + high + 1) / 2
      if middle < 100, gain >= Self.threshold(middle) * total {
        low = middle
      } else {
        high = middle - 1
      }
    }
    return low
  }

  /// ln(k / (100 − k)) in billionths: from where on the score is k.
  private static func threshold(_ score: Int) -> Int {
    score >= 50 ? logits[score - 50] : -logits[50 - score]
  }

  /// ln(k / (100 − k)) for k = 50…99, in billionths, rounded.
  private static let logits = [
    0, 40_005_335, 80_042_708, 120_144_312, 160_342_650, 200_670_695, 241_162_057, 281_851_152,
    322_773_392, 363_965_377, 405_465_108, 447_312_218, 489_548_225, 532_216_814, 575_364_145,
    619_039_208, 663_294_217, 708_185_058, 753_771_802, 800_119_300, 847_297_860, 895_384_047,
    944_461_609, 994_622_575, 1_045_968_555, 1_098_612_289, 1_152_679_510, 1_208_311_206,
    1_265_666_373, 1_324_925_415, 1_386_294_361, 1_450_010_176, 1_516_347_489, 1_585_627_264,
    1_658_228_077, 1_734_601_055, 1_815_289_967, 1_900_958_761, 1_992_430_165, 2_090_741_097,
    2_197_224_577, 2_313_634_929, 2_442_347_035, 2_586_689_344, 2_751_535_313, 2_944_438_979,
    3_178_053_830, 3_476_098_690, 3_891_820_298, 4_595_119_850,
  ]
}
