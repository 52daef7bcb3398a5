/// What was measured on the Philly trace, to draw workloads like it.
///
/// Source: Jeon et al., "Analysis of Large-Scale Multi-Tenant GPU Clusters for DNN Training
/// Workloads", USENIX ATC'19; the trace (82,247 jobs from 2017-09-04 to 2017-12-22) is published
/// under CC-BY-4.0. The figures below are all that is taken from it.
enum PhillyMeasurements {
  /// How many jobs had each size.
  static let sizes: [(size: Int, jobs: Int)] = [
    (1, 76_627), (2, 1818), (4, 1870), (8, 1643), (12, 7), (16, 199), (24, 7), (32, 67), (64, 6),
    (128, 3),
  ]

  /// Ten-thousandths of the jobs of a group that ran for at most the time in its row.
  static let quantiles = [
    0, 1000, 2500, 5000, 7500, 9000, 9500, 9800, 9900, 9950, 9990, 10_000,
  ]

  /// Run times in seconds at `quantiles`, for the jobs of up to `size` accelerators.
  ///
  /// Drawing from straight lines between them raises a group's mean over the trace's by 2 to 18 %,
  /// most where the tail is longest; its quantiles stay. The few jobs above 8 share one row.
  static let runTimes: [(size: Int, seconds: [Int])] = [
    (1, [1, 62, 122, 1117, 2716, 8512, 19_137, 68_245, 135_386, 266_433, 863_786, 3_256_045]),
    (
      2,
      [2, 11, 16, 21, 76, 72_361, 197_004, 343_700, 510_066, 786_523, 1_463_703, 2_582_803]
    ),
    (
      4,
      [
        3, 136, 772, 17_388, 89_311, 184_426, 273_515, 528_732, 906_798, 1_192_621, 2_416_865,
        2_750_674,
      ]
    ),
    (
      8,
      [
        1, 216, 1871, 23_683, 173_209, 350_272, 525_503, 792_895, 1_051_666, 1_961_780,
        2_655_194, 4_628_226,
      ]
    ),
    (
      .max,
      [
        1, 69, 566, 21_137, 104_218, 246_825, 438_912, 610_860, 891_298, 1_152_387, 1_369_876,
        1_710_643,
      ]
    ),
  ]

  /// Arrivals in each hour of the day (UTC, as the trace is read), 1000 on average.
  static let hours = [
    1274, 985, 1119, 1103, 700, 1153, 1673, 2089, 1109, 1006, 1024, 869, 749, 705, 638, 649, 882,
    668, 801, 728, 1016, 917, 1134, 1010,
  ]

  /// Arrivals on each weekday from Monday on, 1000 on average.
  static let weekdays = [853, 1054, 1125, 1272, 1427, 642, 627]
}
