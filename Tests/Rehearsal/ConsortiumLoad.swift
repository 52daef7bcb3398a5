import Jobs
import Units
import Wire

/// What a consortium's members ask of the small gigafactory, from a seed.
struct ConsortiumLoad {
  /// A member's kind of work.
  private struct Kind {
    var mode: String
    var accounts: [String]
    /// The most accelerators of a gang.
    var largest: Int
    /// Seconds of the tasks' clock, at most.
    var longest: Int
    /// How often it comes, among all.
    var weight: Int
  }

  private static let kinds = [
    Kind(
      mode: "member",
      accounts: [
        "romania/health", "romania/administration", "carpatel/assistants", "carpatel/research",
        "electra", "politehnica/language-models", "politehnica/robotics", "napoca", "bucovina",
      ], largest: 64, longest: 1_200, weight: 10),
    Kind(
      mode: "opportunistic",
      accounts: ["napoca", "politehnica/robotics", "carpatel/research", "romania/health"],
      largest: 32, longest: 7_200, weight: 4),
    Kind(
      mode: "inference", accounts: ["carpatel/assistants", "electra"], largest: 16,
      longest: 1_800, weight: 2),
    Kind(
      mode: "playground", accounts: ["union/ai-factory/playground"], largest: 8, longest: 600,
      weight: 2),
    Kind(
      mode: "fast-lane", accounts: ["union/ai-factory/fast-lane"], largest: 32, longest: 900,
      weight: 2),
    Kind(mode: "science", accounts: ["union/science"], largest: 64, longest: 1_200, weight: 3),
    Kind(mode: "regular", accounts: ["union/eurohpc"], largest: 128, longest: 1_200, weight: 2),
    Kind(mode: "benchmark", accounts: ["union/eurohpc"], largest: 64, longest: 300, weight: 1),
  ]

  private static let models = ["h200", "gb200", "mi355x"]

  private var random: SeededGenerator
  private let hurry: Int

  /// - Parameter hurry: so many seconds of the tasks' clock go into one of the daemon's.
  init(seed: UInt64, hurry: Int) {
    random = SeededGenerator(seed: seed)
    self.hurry = hurry
  }

  /// The next submission.
  ///
  /// - Parameter last: the last job that was acknowledged; 0: none was.
  mutating func next(after last: UInt32) -> JobSubmission {
    let kind = kind()
    var gang = GangSpec()
    let accelerators = 1 << random.below(kind.largest.trailingZeroBitCount + 1)
    let model = Self.models[random.below(Self.models.count)]
    gang.accelerators = GangSpec.Accelerators(
      models: random.below(2) == 0 ? [model] : [], count: accelerators)
    let seconds = 10 + random.below(kind.longest)
    var task = TaskSpec(script: "#!/bin/sh\nsleep \(seconds)\n", directory: "/tmp")
    if random.below(20) == 0 { task.environment["MUSTER_EMULATE_EXIT"] = "1" }
    if random.below(3) == 0 { task.environment["MUSTER_EMULATE_CHECKPOINT"] = "600" }
    var submission = JobSubmission(name: kind.mode, gang: gang, task: task)
    submission.account = kind.accounts[random.below(kind.accounts.count)]
    submission.mode = kind.mode
    // Some are ended at their limit.
    let limit = random.below(25) == 0 ? seconds / 2 + 1 : seconds * 2 + 60
    submission.timeLimitMs = Int64(limit * 1000 / hurry + 1_000)
    if random.below(30) == 0 {
      submission.array = .init(indices: Array(0..<UInt32(2 + random.below(8))), throttle: 4)
    } else if random.below(20) == 0, last > 0 {
      submission.terms.dependencies = [.init(.afterany, last)]
    }
    return submission
  }

  private mutating func kind() -> Kind {
    var place = random.below(Self.kinds.reduce(0) { $0 + $1.weight })
    for kind in Self.kinds {
      if place < kind.weight { return kind }
      place -= kind.weight
    }
    preconditionFailure("weights add up")
  }
}
