import Cluster
import Control
import Fleet
import Jobs
import Policy
import Units

/// What the daemon's hub does between the machine and the agents, by durable events alone.
///
/// The rules are those of `AgentHub`: commands to a node keep their order within a session; whoever
/// registers is given what it should have, and says again what it has; a session that is over takes
/// its messages with it.
extension SwarmCluster {
  // MARK: Durable events

  mutating func happened(_ event: Event) {
    switch event {
    case .letGo(let job, _, _): finishResize(job)
    case .memberEnded(let job, let id, _, _, _):
      withdraw(job, on: id)
      finishResize(job)
    case .ended(let job, _, _), .evicted(let job, _), .lost(let job, _): forget(job)
    case .fleetChanged(let topology, _): fleetChanged(to: topology)
    case .policyChanged:
      for node in nodes.indices where nodes[node].session != nil { adoptFence(node) }
    case .submitted, .heldBack, .cancelled, .cancelRequested, .promised, .promiseDropped, .started,
      .checkpointed, .resized, .claimed, .dissolved, .conditionChanged, .agentsChanged, .noted,
      .restored:
      break
    }
  }

  /// Nodes that are new wait for their agents; those that are gone are in no session any more.
  private mutating func fleetChanged(to topology: Topology) {
    addNodes(of: topology, fence: controller.durable.policy.fence)
    let names = Set(topology.nodes.map { "\($0.name)" })
    for node in nodes.indices {
      if !names.contains(nodes[node].name) {
        lose(node)
      } else if nodes[node].session == nil {
        silent.insert(nodes[node].name)
        put(.register(node: node), at: now + 1000, 2)
      }
    }
  }

  private mutating func forget(_ job: JobID) {
    let attempt = controller.durable.jobs[job]?.starts
    terminating = terminating.filter { $0.job != job }
    left = left.filter { $0.job != job }
    // An attempt that is over may still have tasks where nobody has reached their agent, or be
    // about to be launched by one that has just come.
    for node in nodes.indices {
      nodes[node].untold?.commands.removeAll { command in
        guard case .launch(let task) = command, task.member.job == job else { return false }
        return attempt.map { $0 >= task.member.attempt.number } ?? true
      }
      for task in nodes[node].tasks where task.member.job == job {
        if task.isRunning { send(.terminate(job, task.member.attempt), to: node) }
        if attempt.map({ $0 >= task.member.attempt.number }) ?? true {
          send(.forget(job, task.member.attempt), to: node)
        }
      }
    }
  }

  /// A member has ended, perhaps by the fence: its agent may just have come, and be about to start
  /// it.
  private mutating func withdraw(_ job: JobID, on id: NodeID) {
    guard let name = controller.topology.name(of: id), let node = place(of: name) else { return }
    nodes[node].untold?.commands.removeAll { command in
      if case .launch(let task) = command { task.member.job == job } else { false }
    }
  }

  /// The members of a run, by what is durable.
  private func members(of job: JobID) -> [(member: SwarmMember, slice: Int, run: JobLifecycle.Run)]
  {
    guard let run = controller.durable.jobs[job]?.lifecycle.run else { return [] }
    return run.memberNumbers.numbers.enumerated().map { slice, number in
      (SwarmMember(job: job, attempt: run.attempt, number: number), slice, run)
    }
  }

  /// Launches what is to run, and has those leave who are to, wherever there is a session.
  mutating func order(_ job: JobID, _ attempt: AttemptNumber) {
    for (member, slice, run) in members(of: job) where run.attempt == attempt {
      guard let name = controller.topology.name(of: run.allocation.slices[slice].node),
        let node = place(of: name)
      else { continue }
      if run.isLeaving(run.allocation.slices[slice].node) {
        send(.leave(member), to: node)
      } else if run.ends?.contains(run.allocation.slices[slice].node) != true {
        send(.launch(task(member, slice, run)), to: node)
      }
    }
    finishResize(job)
  }

  private func task(
    _ member: SwarmMember, _ slice: Int, _ run: JobLifecycle.Run
  ) -> SwarmTask {
    SwarmTask(
      member: member, place: places[member.job] ?? 0, slice: run.allocation.slices[slice],
      shares: run.allocation.shares.filter { Int($0.slice) == slice },
      host: run.allocation.hosts.isEmpty ? .none : run.allocation.hosts[slice])
  }

  mutating func terminate(_ job: JobID, _ attempt: AttemptNumber) {
    terminating.insert(SwarmMember(job: job, attempt: attempt, number: 0))
    send(.terminate(job, attempt), about: job)
  }

  func isTerminating(_ job: JobID, _ attempt: AttemptNumber) -> Bool {
    terminating.contains(SwarmMember(job: job, attempt: attempt, number: 0))
  }

  /// Sends a command to all nodes on which a job has a member.
  mutating func send(_ command: SwarmCommand, about job: JobID) {
    for (_, slice, run) in members(of: job) {
      let name = controller.topology.name(of: run.allocation.slices[slice].node)
      if let node = place(of: name) { send(command, to: node) }
    }
  }

  // MARK: Reports

  mutating func heard(_ news: SwarmNews, from node: Int, _ session: UInt64) {
    guard isUp, nodes[node].session == session else { return }
    nodes[node].contact = now
    switch news {
    case .checkpointed(let job, let attempt): tell(.checkpointed(job, attempt))
    case .ended(let member, let exit): ended(member, exit, on: node)
    }
  }

  private mutating func ended(_ member: SwarmMember, _ exit: TaskExit, on node: Int) {
    guard let run = controller.durable.jobs[member.job]?.lifecycle.run,
      run.attempt == member.attempt,
      let slice = run.memberNumbers.numbers.firstIndex(of: member.number)
    else { return send(.forget(member.job, member.attempt), to: node) }
    let id = run.allocation.slices[slice].node
    guard !run.isLeaving(id) else { return leftGang(member) }
    // Nobody but the fence has ended what the machine didn't.
    let isLost = exit == .terminated && !isTerminating(member.job, member.attempt)
    let exit = isLost ? .lost : exit
    let code: UInt8 = exit == .finished ? 0 : exit == .terminated ? 143 : 1
    tell(.memberEnded(member.job, member.attempt, id, exit, code: code))
  }

  private mutating func leftGang(_ member: SwarmMember) {
    left.insert(member)
    finishResize(member.job)
  }

  /// The machine is told once all who were to leave have left, or had ended before.
  private mutating func finishResize(_ job: JobID) {
    guard let run = controller.durable.jobs[job]?.lifecycle.run, let members = run.members,
      members.keeps != nil
    else { return }
    for (number, slice) in zip(members.numbers, run.allocation.slices)
    where run.isLeaving(slice.node) && run.ends?.contains(slice.node) != true {
      let member = SwarmMember(job: job, attempt: run.attempt, number: number)
      guard left.contains(member) else { return }
    }
    tell(.resized(job, run.attempt, number: members.resizes))
  }

  // MARK: Sessions

  /// An agent comes: it is heard of, and told what it should have.
  mutating func register(_ node: Int) {
    guard isUp, nodes[node].hasPower, nodes[node].hasLink, nodes[node].session == nil,
      let id = controller.topology.nodes.first(where: { "\($0.name)" == nodes[node].name })?.id
    else { return }
    sessions += 1
    nodes[node].session = sessions
    nodes[node].untold = SwarmNode.Registration()
    nodes[node].contact = now
    nodes[node].lastArrival = now
    outcome.see("sessions")
    if controller.durable.records[id].agent == nil {
      tell(.noted([id], .agent(UInt64(node) + 1)))
    }
    // What the machine thinks may be ahead of what is durable: it is told again if it knows.
    if silent.remove(nodes[node].name) != nil || controller.machine.state.silence[id] != nil {
      tell(.agentsChanged([id], isHeardOf: true))
    }
    adoptFence(node)
    reconcile(node, id)
  }

  /// Who has registered is answered once all that was told until then is durable: then it hears
  /// its commands, and says what has ended meanwhile.
  mutating func answerRegistrations() {
    for node in nodes.indices {
      guard let registration = nodes[node].untold else { continue }
      let durable = controller.entries.count
      let entries = registration.entries ?? durable + controller.pending.count
      nodes[node].untold?.entries = entries
      guard entries <= durable else { continue }
      nodes[node].untold = nil
      for command in registration.commands { send(command, to: node) }
      for task in nodes[node].tasks {
        if let exit = task.exit { report(.ended(task.member, exit), from: node) }
      }
    }
  }

  /// An agent hears of the fence in force, and says that it keeps to it where it was longer.
  private mutating func adoptFence(_ node: Int) {
    let fence = controller.durable.policy.fence
    nodes[node].fence = fence.milliseconds
    guard let id = controller.topology.nodes.first(where: { "\($0.name)" == nodes[node].name })?.id,
      controller.machine.state.records[id].fence.map({ $0 > fence }) ?? false
    else { return }
    tell(.noted([id], .fence(fence)))
  }

  private mutating func reconcile(_ node: Int, _ id: NodeID) {
    let state = controller.durable
    for task in nodes[node].tasks where task.isRunning {
      let attempt = state.jobs[task.member.job]?.lifecycle.run?.attempt
      guard attempt != task.member.attempt else { continue }
      send(.terminate(task.member.job, task.member.attempt), to: node)
    }
    for (job, _) in Array(state.jobs.all) {
      for (member, slice, run) in members(of: job)
      where run.allocation.slices[slice].node == id && run.ends?.contains(id) != true {
        let isHere = nodes[node].tasks.contains { $0.member == member }
        let isRunning = nodes[node].tasks.contains { $0.member == member && $0.isRunning }
        if run.isLeaving(id) {
          if isRunning { send(.leave(member), to: node) } else { leftGang(member) }
        } else if isHere {
          if isTerminating(job, run.attempt) { send(.terminate(job, run.attempt), to: node) }
        } else if isTerminating(job, run.attempt), !nodes[node].created.contains(member) {
          tell(.memberEnded(job, run.attempt, id, .terminated, code: 143))
        } else {
          send(.launch(task(member, slice, run)), to: node)
        }
      }
    }
  }

  /// What a hub knows that was made anew: who was to end is told again, and has left who has left.
  mutating func resumeHub() {
    let state = controller.durable
    silent = Set(state.silence.nodes.compactMap { state.topology.name(of: $0.node) })
    for (id, job) in state.jobs.all {
      guard let run = job.lifecycle.run, let deadline = job.deadline else { continue }
      let eviction = job.lifecycle.eviction.map { $0.end <= controller.last } ?? false
      if job.isCancelled || deadline <= controller.clock.said(at: now) || eviction
        || (run.ends?.exit ?? .finished) != .finished
      {
        terminating.insert(SwarmMember(job: id, attempt: run.attempt, number: 0))
      }
    }
    for (id, _) in Array(state.jobs.all) { finishResize(id) }
    for node in nodes.indices {
      if nodes[node].hasPower, nodes[node].hasLink {
        if isPrompt { register(node) } else { put(.register(node: node), at: now + delay(node), 2) }
      }
      put(.sweep(node: node, outage: nodes[node].outage), at: now + 30_000, 2)
    }
  }

  /// The controller finds that it has not heard of a node for too long.
  mutating func sweep(_ node: Int, _ outage: UInt64) {
    guard isUp, nodes[node].session == nil, nodes[node].outage == outage,
      !silent.contains(nodes[node].name), let id = id(of: nodes[node].name)
    else { return }
    outcome.see("silences")
    silent.insert(nodes[node].name)
    tell(.agentsChanged([id], isHeardOf: false))
  }

  /// Whether messages come at once.
  var isPrompt: Bool { !habits.contains(.delays) && !habits.contains(.losses) }

  private func delay(_ node: Int) -> Int64 {
    Int64(dice.roll(10_000, 5, UInt64(node), controller.epoch))
  }
}
