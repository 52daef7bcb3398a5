import Cluster
import Codec
import Fleet
import Policy
import Reports
import Simulation
import Testing
import Units

@Suite struct `A plan's report` {
  /// A plan of nothing for nothing, from a journal whose first snapshot is of a day.
  private func report(from day: Int64, asked: Int64, end: Int64) throws -> PlanReport {
    let topology = try Topology.flat(nodes: 1, accelerators: 8)
    let policy = try #require(ClusterPolicy.builtIn(named: "fcfs"))
    func instant(_ day: Int64) -> Instant { Instant(milliseconds: day * 86_400_000) }
    let snapshot = Snapshot(
      after: 1, at: instant(day), lastPlan: nil, ClusterState(topology: topology, policy: policy))
    let history = HistoryReader(
      beginning: snapshot, since: instant(asked), estimate: .history
    ).finished(at: instant(end))
    var replay = Replay(topology: topology, policy: policy, overruns: .raise)
    (replay.recordsJobs, replay.measuresSharing) = (true, true)
    let play = PlanReport.Play(
      replay.run(HistoryUsers(history, under: policy), log: DecisionLog(sink: nil)), nil)
    let subject = PlanReport.Subject(policy, digest: "")
    return PlanReport(of: history, from: "a journal", subject, subject, play, play)
  }

  @Test func `says so where the journal does not reach back as far as was asked for`() throws {
    let short = try report(from: 20, asked: 10, end: 40)
    #expect(
      short.text().contains("0 jobs of 20 d, from a journal.\nAsked for were 30 d: the first"))
    let json = String(decoding: try short.json(), as: UTF8.self)
    #expect(json.contains("\"asked_ms\" : 864000000"), "\(json)")
    #expect(short.text().contains("Of the next 7 days nothing is said: that takes jobs of 14 days"))
    let whole = try report(from: 5, asked: 10, end: 40)
    #expect(!whole.text().contains("Asked for"))
    #expect(whole.text().contains("0 jobs of 30 d, from a journal.\n"), "\(whole.text())")
  }
}
