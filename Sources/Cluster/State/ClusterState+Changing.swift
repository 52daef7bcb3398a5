import Accounts
import Fleet
public import Jobs
import Policy
import Units

extension ClusterState {
  /// The rules or the fleet become others: nothing that is there is lost.
  ///
  /// - Who runs runs on, with what was set aside for it. Where it costs something else from now on
  ///   it pays that from now on, in all no more than was set aside.
  /// - Who waits waits on under its number, in its place; who could not be submitted any more is
  ///   barred. Promises are dropped, but for those of claims: the next plan makes them anew.
  /// - Claims stand: whoever lets this happen has dissolved those that don't hold any more.
  ///
  /// O(nodes + live jobs)
  mutating func change(to policy: ClusterPolicy, on topology: Topology, at now: Instant) {
    var runs: [(id: JobID, request: JobRequest, run: JobLifecycle.Run, cost: Int64)] = []
    for (id, job) in jobs.all {
      guard let run = job.lifecycle.run else { continue }
      var paid = run
      paid.spent = holdings.spent(job.request, run, at: now)
      runs.append((id, job.request, paid, holdings.cost(of: run.allocation, job.request)))
    }
    let kept = claims.map { claim in
      guard let job = jobs[claim.preemptor] else { preconditionFailure("nobody claims") }
      return (request: job.request, claim: claim)
    }
    let isNewFleet = topology !== self.topology
    if isNewFleet {
      mix = RequestMix(restoring: mix.image, topology: topology) ?? RequestMix(topology: topology)
    }
    holdings.change(
      to: policy, on: topology, runs: runs.map { ($0.request, $0.run) }, claims: kept, at: now)
    for (id, request, paid, cost) in runs
    where holdings.cost(of: paid.allocation, request) != cost {
      jobs.update(id) { $0.lifecycle.rated(at: now, spent: paid.spent) }
    }
    churn.grow(to: policy.accounts.count)
    dropPromises()
    bar(onNewFleet: isNewFleet)
  }

  /// The fleet becomes another: where agents are listened for, new nodes wait for theirs.
  mutating func grow(to topology: Topology, at now: Instant) {
    let old = self.topology
    change(to: policy, on: topology, at: now)
    silence.keep(on: topology)
    records.keep(on: topology)
    guard silence.isKept else { return }
    let new = topology.nodes.map(\.id).filter { old.knownIndex(of: $0) == nil }.sorted()
    hear(new, false, at: now)
  }

  private mutating func dropPromises() {
    let preemptors = claims.map(\.preemptor).sorted()
    for (id, job) in jobs.all
    where job.lifecycle.promise != nil && !preemptors.contains(id) {
      jobs.update(id) { $0.lifecycle.promiseDropped() }
    }
  }

  /// Bars all jobs that could not be submitted any more, and no others.
  ///
  /// On the fleet that it was there is room for all that are not barred.
  private mutating func bar(onNewFleet: Bool) {
    let empty = Occupancy(topology: topology)
    // Those of one submission come one after the other.
    var last: (request: JobRequest, hasRoom: Bool, isBarred: Bool)?
    for (id, job) in jobs.all {
      let hasRoom = !onNewFleet && !job.isBarred
      let isBarred: Bool
      if let last, last.hasRoom == hasRoom, last.request == job.request {
        isBarred = last.isBarred
      } else {
        isBarred = rejection(of: job.request, on: hasRoom ? nil : empty) != nil
        last = (job.request, hasRoom, isBarred)
      }
      guard job.isBarred != isBarred else { continue }
      jobs.update(id) { $0.isBarred = isBarred }
    }
  }

  /// Why a job that was accepted once could not be submitted under the rules in force; nil: it
  /// could.
  ///
  /// - Parameter empty: the fleet when nothing runs; nil: it is known to have room.
  private func rejection(of request: JobRequest, on empty: Occupancy?) -> JobRejection? {
    do throws(JobRejection) {
      if let empty { try request.validate(on: empty) }
      try policy.admit(request, isNew: false)
      return nil
    } catch {
      return error
    }
  }

  /// Why a job is barred, for whoever asks; nil: it isn't. O(nodes)
  public func bar(on job: Job) -> JobRejection? {
    guard job.isBarred else { return nil }
    return rejection(of: job.request, on: Occupancy(topology: topology))
  }
}
