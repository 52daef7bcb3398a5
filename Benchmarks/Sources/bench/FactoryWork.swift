import Cluster
import Control
import Fleet
import Foundation
import Jobs
import Scheduling
import Units

/// What a full factory is measured by.
enum FactoryWork {
  /// How many jobs wait.
  static func pending(_ size: Benchmark.Size) -> Int { size == .full ? 1_000_000 : 20_000 }

  /// A full plan: every class is tried, and every promise looked for, by a planner that has just
  /// read the state and knows nothing else.
  ///
  /// The limit: some 5,000 classes' keys and causes, 2 MB, are read once, 0.2 ms from memory; and
  /// each of up to 100 promises a tier needs the segments of all domains up to its start, at most
  /// 40,000 rows of 48 bytes, 2 MB or 0.2 ms each: 20 ms where none is found early.
  static func full(_ size: Benchmark.Size) throws -> Benchmark.Work {
    var factory = try FullFactory()
    factory.submit(pending: pending(size))
    let state = factory.machine.state
    let (last, now) = (factory.machine.lastPlan, factory.now)
    return {
      let start = processorNanoseconds()
      var planner = Planner(policy: state.policy, state: state, at: last)
      let read = processorNanoseconds()
      let plan = planner.plan(for: state, at: now)
      let planned = processorNanoseconds()
      let remark =
        "\(state.jobs.count) jobs read in \(millis(read - start)) ms; "
        + "a full plan in \(millis(planned - read)) ms, \(plan.decisions.count) decisions"
      return Benchmark.Product(
        jobs: state.jobs.count, digest: "\(plan.decisions.count)", remark: remark)
    }
  }

  /// Incremental plans after single events: submissions, ends, cancels and ticks in turn.
  ///
  /// The limit: an event touches one class, one job and the accelerators of one gang, a few
  /// kilobytes: a microsecond. What is above is the trial copy of the state that a start needs
  /// (40 kB) and the keys of the classes that come into question.
  static func incremental(_ size: Benchmark.Size) throws -> Benchmark.Work {
    var factory = try FullFactory()
    factory.submit(pending: pending(size))
    let rounds = size == .full ? 250 : 10
    return {
      var times: [[Int]] = [[], [], [], []]
      var starts = factory.running.count
      for _ in 0..<rounds {
        times[0].append(factory.handle(.submit(factory.anyClass())))
        let run = factory.anyRun()
        times[1].append(factory.handle(.tasksGone(run.id, run.attempt, .finished)))
        let waiting = factory.anyWaiting()
        times[2].append(factory.handle(.cancel(waiting)))
        times[3].append(factory.handle(.tick))
      }
      starts = factory.running.count + rounds - starts
      let words = zip(["submit", "end", "cancel", "tick"], times).map { name, times in
        let sorted = times.sorted()
        let (middle, last) = (sorted[sorted.count / 2], sorted[sorted.count - 1])
        return "\(name) \(millis(middle)) (at most \(millis(last)))"
      }
      return Benchmark.Product(
        jobs: rounds * 4, digest: "\(factory.machine.state.version)-\(starts)",
        remark: "median ms of a plan after a " + words.joined(separator: ", ")
          + "; \(starts) starts")
    }
  }

  /// The million: handed in one by one, and what each takes of memory.
  ///
  /// The limit: a request, an instant and a place in its class: some 160 bytes as they are stored.
  static func submitted(_ size: Benchmark.Size) throws -> Benchmark.Work {
    var factory = try FullFactory()
    return {
      let before = residentBytes()
      let start = processorNanoseconds()
      let count = pending(size)
      factory.submit(pending: count)
      let spent = processorNanoseconds() - start
      let bytes = (residentBytes() - before) / count
      let state = factory.machine.state
      return Benchmark.Product(
        jobs: count, digest: "\(state.version)",
        remark: "\(bytes) bytes a pending job; \(spent / count) ns a submission; "
          + "\(factory.running.count) run, \(factory.classes.count) classes")
    }
  }

  /// A member that has lent most of its part asks for 4,000 accelerators that others have borrowed.
  ///
  /// The limit: the 20,000 running jobs are looked at once, 200 bytes each, 4 MB: 0.4 ms from
  /// memory.
  static func reclaim(_ size: Benchmark.Size) throws -> Benchmark.Work {
    var factory = try FullFactory()
    factory.submit(pending: pending(size))
    return {
      let spent = factory.handle(.submit(factory.reclaim()))
      var victims = 0
      for effect in factory.effects {
        if case .record(.evict(let claim)) = effect { victims += claim.victims.count }
      }
      return Benchmark.Product(
        jobs: 1, digest: "\(victims)",
        remark: "4,000 accelerators reclaimed from \(victims) jobs in \(millis(spent)) ms")
    }
  }

  private static func millis(_ nanoseconds: Int) -> String {
    String(format: "%.3f", Double(nanoseconds) / 1e6)
  }
}

extension FullFactory {
  /// One of the jobs that wait.
  mutating func anyWaiting() -> JobID {
    while true {
      let id = JobID(UInt32(1 + below(Int(machine.state.nextJob.number) - 1)))
      if machine.state.jobs[id]?.lifecycle.isPending == true { return id }
    }
  }
}
