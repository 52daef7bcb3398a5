import Testing
import Units

@testable import Scheduling

@Suite struct `Turns of a pass` {
  private func turn(_ job: UInt32, tier: Int = 0, deficit: Int = 0, seeks: Bool = false) -> Turn {
    let key = FairOrder.Key(tier: tier, deficit: deficit, rank: 0, points: 0, job: JobID(job))
    return Turn(key: key, slot: Int(job), seeksPromise: seeks)
  }

  private func jobs(_ turns: consuming Turns, _ room: TierSlots) -> [UInt32] {
    var jobs: [UInt32] = []
    while let turn = turns.popFirst(room) { jobs.append(turn.key.job.number) }
    return jobs
  }

  @Test func `come in order, whether they seek a promise or may start`() {
    var turns = Turns(mayReclaim: false)
    for job in [5, 2, 4, 1, 3] as [UInt32] { turns.add(turn(job, seeks: job % 2 == 0)) }
    #expect(jobs(turns, TierSlots(1)) == [1, 2, 3, 4, 5])
  }

  @Test func `are forgotten that seek a promise once none is left`() {
    var turns = Turns(mayReclaim: false)
    for job in [1, 2, 3] as [UInt32] { turns.add(turn(job, deficit: 1, seeks: job != 2)) }
    #expect(jobs(turns, TierSlots(0)) == [2])
  }

  @Test func `stay, promise or none, of those who may reclaim room`() {
    var turns = Turns(mayReclaim: true)
    for job in [1, 2, 3] as [UInt32] { turns.add(turn(job, deficit: Int(job % 2), seeks: true)) }
    #expect(jobs(turns, TierSlots(0)) == [1, 3])
  }

  @Test func `stay while another tier has a promise left`() {
    var room = TierSlots(1)
    _ = room.take(7)
    var turns = Turns(mayReclaim: false)
    turns.add(turn(1, tier: 7, seeks: true))
    turns.add(turn(2, tier: 3, seeks: true))
    #expect(jobs(turns, room) == [1, 2])
  }
}
