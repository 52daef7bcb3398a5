import Accounts
public import Fleet
import Jobs
public import Policy
import Units

extension ClusterState {
  /// The policy that a file describes, as it would take the place of the one in force: accounts and
  /// modes that there are keep their numbers.
  ///
  /// - Throws: `ChangeRefusal` where it contradicts itself, does not go with the fleet, or leaves
  ///   away an account of a live job.
  /// - Complexity: O(accounts × siblings + live jobs)
  public func successor(
    by described: ClusterPolicy
  ) throws(ChangeRefusal) -> ClusterPolicy {
    let next: ClusterPolicy
    do throws(PolicyFault) {
      try described.check()
      try described.check(against: topology)
      next = try policy.succeeded(by: described)
    } catch {
      throw ChangeRefusal.policy(error)
    }
    for (_, job) in jobs.all where next.accounts.isClosed(job.request.account) {
      let account = job.request.account
      let users = jobs.all.filter { $0.job.request.account == account }.map(\.id)
      throw ChangeRefusal.accountInUse(
        policy.accounts.path(of: account), jobs: Array(users.prefix(ChangeRefusal.named)),
        more: max(0, users.count - ChangeRefusal.named))
    }
    return next
  }

  /// The fleet that a file describes, as it would take the place of the one there is: nodes that
  /// there are keep their ids.
  ///
  /// Nodes of which nothing is held may be left away.
  ///
  /// - Throws: `ChangeRefusal` where a node that is used is missing, nodes are not what they were,
  ///   or the policy in force does not go with it.
  /// - Complexity: O(nodes · log nodes + live jobs)
  public func successor(by described: Topology) throws(ChangeRefusal) -> Topology {
    guard (described.acceleratorCount == 0) == (topology.acceleratorCount == 0) else {
      throw ChangeRefusal.countsOtherwise
    }
    var held: [NodeID] = []
    for (_, job) in jobs.all {
      held += job.lifecycle.run?.allocation.slices.map(\.node) ?? []
    }
    var isHeld = Array(repeating: false, count: Int(topology.nextID.number))
    for node in held { isHeld[Int(node.number)] = true }
    let next: Topology
    do throws(GrowthError) {
      next = try topology.growing(to: described) { !isHeld[Int($0.number)] }
    } catch {
      guard case .nodeMissing(let name) = error,
        let node = topology.nodes.first(where: { $0.name == name })?.id
      else { throw ChangeRefusal.fleet(error) }
      throw nodeInUse(node, name)
    }
    do throws(PolicyFault) { try policy.check(against: next) } catch {
      throw ChangeRefusal.policy(error)
    }
    return next
  }

  private func nodeInUse(_ node: NodeID, _ name: NodeName) -> ChangeRefusal {
    let users = jobs.all.filter { entry in
      entry.job.lifecycle.run?.allocation.slices.contains { $0.node == node } == true
    }.map(\.id)
    return .nodeInUse(
      name, jobs: Array(users.prefix(ChangeRefusal.named)),
      more: max(0, users.count - ChangeRefusal.named))
  }
}
