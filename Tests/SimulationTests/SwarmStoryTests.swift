import Simulation
import Testing

/// What the swarm has found and was mended since, each by the shrunk world that showed it.
@Suite struct `What the swarm has found` {
  struct Story: CustomTestStringConvertible, Sendable {
    let rule: String
    let seed: UInt64
    /// The parts of the seed's world that it took, from 1 on; nil: all.
    var parts: [ClosedRange<Int>]?
    /// Whether nodes share accelerators: none did when most of these were found.
    var isDivided = false

    var testDescription: String { "\(rule), seed \(seed)" }
  }

  private static let stories = [
    // A claim that started after its budget had ended was set aside in the next one, unasked.
    Story(
      rule: "budget", seed: 277_067_756, parts: [3...4, 7...7, 10...10, 16...17, 56...56, 58...58]),
    // An agent that came at the very instant its job was given up started that all the same.
    Story(
      rule: "overlap", seed: 761_288_318, parts: [1...2, 6...6, 8...8, 12...22, 25...30, 43...47]),
    // Claims to what one's own team runs came and went without end.
    Story(rule: "rest", seed: 761_288_303),
    // A gang that is lent no mixture of models does wait for something.
    Story(rule: "rest", seed: 501_312),
    // What was promised while a victim had a promise itself is kept when that victim's is dropped.
    Story(
      rule: "requeue", seed: 1_000_209, parts: [3...11, 13...19, 26...27]),
    // A grid's hours ring for ever for a job whose nodes are drained: that is rest.
    Story(rule: "rest", seed: 277_063_353, parts: [1...1, 5...9, 12...12, 14...14, 50...50]),
    // Who was not lent room that another took had a promise out of turn.
    Story(
      rule: "successor", seed: 32088,
      parts: [6...6, 11...14, 22...22, 29...31]),
    // Of two who were not lent room the later had the first promise.
    Story(
      rule: "successor", seed: 30346,
      parts: [3...3, 5...10, 17...18, 27...28, 38...38]),
    // Who was not lent room that was then promised had no promise.
    Story(
      rule: "successor", seed: 277_067_645,
      parts: [3...3, 8...10, 14...15, 19...19, 25...25, 37...37, 53...53]),
    // A promise moved forward when its member might hold none of its models.
    Story(
      rule: "successor", seed: 277_064_892,
      parts: [5...5, 7...9, 19...20, 24...26, 36...36, 38...38]),
    // Who tried in vain to reclaim did not try again once another promise gave way.
    Story(
      rule: "successor", seed: 277_067_575,
      parts: [6...8, 12...12, 16...17, 23...24, 29...29, 40...40]),
    // Who waited for an allowance slept through the next cut-off.
    Story(
      rule: "successor", seed: 277_065_537,
      parts: [
        1...1, 5...5, 7...8, 10...17, 31...32, 34...34, 49...49, 51...51, 91...91, 94...94,
        96...96,
      ]),
    // Who lacked power was not tried where no promise was left for it.
    Story(
      rule: "successor", seed: 602_897,
      parts: [1...1, 5...5, 11...16, 21...21, 24...24, 38...39, 41...41, 43...44]),
    // Two jobs that a rule barred had the same promise by turns, for ever.
    Story(
      rule: "rest", seed: 700_292,
      parts: [2...2, 11...16, 19...20, 23...23, 32...32, 43...43, 58...59]),
    // A claim to other members of a gang that was shrinking was void as it had: that was a stop.
    Story(rule: "stop", seed: 3_795_449_115, parts: [7...10, 14...15, 51...51]),
    // Who is always lent what it holds had more room once a project of its own member started.
    Story(rule: "successor", seed: 3_795_445_049, parts: [4...4, 21...23]),
    // Promises of those who borrow in any case did not give way to their own member's guarantee.
    Story(
      rule: "guarantee", seed: 701_454,
      parts: [4...4, 6...9, 11...13, 16...16, 19...22]),
    // Whose promise fell due lost it, as one whose time was over had not ended yet.
    Story(
      rule: "promise", seed: 702_638,
      parts: [4...9, 16...17, 19...26, 34...34, 36...37]),
    // A promise was lost to no rule as some model was lent, on which the gang fitted nowhere.
    Story(rule: "promise", seed: 5_001_087, parts: [3...7, 15...15, 19...20]),
    // An agent that came as its member of a gang was given up started that all the same.
    Story(
      rule: "attempts", seed: 5_011_653,
      parts: [
        2...2, 4...5, 7...8, 10...10, 14...26, 31...32, 35...35, 37...46, 62...62, 64...64, 67...68,
        70...70, 73...73,
      ]),
    // Somebody was promised cores at once that are kept for another later, and did not start.
    Story(
      rule: "promise", seed: 6_004_793,
      parts: [
        4...6, 10...10, 12...12, 22...22, 26...26, 32...33, 35...35, 51...51,
      ], isDivided: true),
    // Who was evicted more often has more credit of age.
    Story(
      rule: "requeue", seed: 6_008_308,
      parts: [7...8, 18...18, 21...24, 27...28, 33...35]),
    // Claims to parts of one node were taken for claims to the same.
    Story(
      rule: "stop", seed: 6_002_672,
      parts: [8...9, 20...21, 26...27, 29...29, 92...92], isDivided: true),
    // Parts of several accelerators were weighed as if all were of the first: that was a stop.
    Story(rule: "stop", seed: 5_000_236, parts: [12...14, 16...17], isDivided: true),
    // Who borrowed made others go by its tier who were there by right, and took that back.
    Story(
      rule: "rest", seed: 2_837_782_112, parts: [2...4, 19...19, 28...28], isDivided: true),
    // What was free of a claim, of a node that is shared, was kept though another claim kept it.
    Story(rule: "stop", seed: 3_379_233_819, parts: [5...14, 17...17], isDivided: true),
    // Who was not lent room did not notice that another had left it too little power.
    Story(
      rule: "successor", seed: 880_000_177,
      parts: [4...5, 7...7, 9...14, 16...20, 59...59, 70...70]),
    // Who had outlasted a limit was in the way of who might have started on its own promise's room.
    Story(
      rule: "successor", seed: 890_011_712,
      parts: [
        1...1, 6...14, 20...26, 32...32, 34...36, 40...41, 43...43, 57...57, 60...60, 66...66,
        71...71,
      ]),
    // A claim was void as its victims went late, and a window was in the way of its preemptor then.
    Story(rule: "eviction", seed: 900_012_752, parts: [4...4, 6...6, 10...12, 18...19]),
    // One promise more moved forward as one that was due waited for who had outlasted a limit.
    Story(
      rule: "successor", seed: 890_002_833,
      parts: [
        1...1, 8...13, 15...16, 22...22, 24...25, 28...31, 33...37, 43...43, 47...48, 51...51,
        53...53, 57...59,
      ], isDivided: true),
    // Runs by right counted as borrowed where their member had others that borrow in any case: two
    // made each other go for ever, one by its tier and one for its guarantee.
    Story(rule: "rest", seed: 7_001_132, parts: [3...4, 14...15, 18...18]),
    // What those beside an account keep, where they hold nothing, kept it from room that there was.
    Story(
      rule: "guarantee", seed: 7_020_535, parts: [3...5, 7...8, 16...16, 22...22, 24...24]),
    // A budget was to pay for a preemptor while it still paid for the victims of its own team.
    Story(
      rule: "stop", seed: 6_001_875,
      parts: [1...2, 6...12, 14...16, 18...18, 26...27, 34...34, 36...36, 44...44, 47...48]),
    // A policy made the grace shorter by which it was reckoned whether victims had been told.
    Story(rule: "eviction", seed: 13_006_051, parts: [4...7, 10...12, 48...48]),
    // Who holds cores alone fitted into any entitlement, and took back for it what a tier took.
    Story(
      rule: "rest", seed: 3_611_039_265, parts: [3...4, 25...25, 30...30], isDivided: true),
  ]

  @Test(arguments: stories) func `is mended`(story: Story) throws {
    let run = SwarmRun(try SwarmSetting(seed: story.seed, divided: story.isDivided))
    let kept = story.parts?.flatMap { $0.map { $0 - 1 } }
    let failure = run.outcome(keeping: kept).failure
    #expect(failure == nil, "\(failure.map { "\($0.rule): \($0.what)" } ?? "")")
  }
}
