import Control
import Fleet
import Jobs
import Units

/// Nodes as they really are: their tasks, what breaks, and how messages go.
extension SwarmCluster {
  mutating func addNodes(of topology: Topology, fence: TimeSpan) {
    for (index, node) in topology.nodes.enumerated() where place(of: "\(node.name)") == nil {
      nodes.append(
        SwarmNode(
          name: "\(node.name)", type: topology.type(of: index), fence: fence.milliseconds))
    }
  }

  // MARK: Messages

  /// A command is on its way, if there is a session; commands to a node keep their order.
  mutating func send(_ command: SwarmCommand, to node: Int) {
    guard let session = nodes[node].session else { return }
    guard nodes[node].untold == nil else {
      nodes[node].untold?.commands.append(command)
      return
    }
    let key = UInt64(node) << 32 | UInt64(nodes[node].lastArrival & 0xFFFF_FFFF)
    let arrival = max(nodes[node].lastArrival, now + travel(key))
    nodes[node].lastArrival = arrival
    put(.command(node: node, session: session, command), at: arrival, 1)
    guard habits.contains(.doubles), dice.chance(10, key, 6) else { return }
    outcome.see("doubled messages")
    put(.command(node: node, session: session, command), at: arrival, 1)
  }

  /// A report is on its way, if there is a session; else it is said when there is one again.
  mutating func report(_ news: SwarmNews, from node: Int) {
    guard let session = nodes[node].session, nodes[node].untold == nil else { return }
    let key = UInt64(node) << 32 | UInt64(now & 0xFFFF_FFFF)
    let number = UInt64(nodes[node].tasks.count)
    put(.news(node: node, session: session, news), at: now + travel(key ^ (number << 20)), 1)
    guard habits.contains(.doubles), dice.chance(10, key, number, 7) else { return }
    outcome.see("doubled messages")
    put(
      .news(node: node, session: session, news), at: now + 1 + Int64(dice.roll(20_000, key, 8)), 1)
  }

  /// How long a message takes; one that is lost is said again.
  private mutating func travel(_ key: UInt64) -> Int64 {
    var time: Int64 = 0
    if habits.contains(.delays) { time += Int64(dice.roll(2000, key, 9)) }
    guard habits.contains(.losses) else { return time }
    var tries: UInt64 = 0
    while tries < 5, dice.chance(15, key, 10, tries) {
      outcome.see("lost messages")
      time += 10_000
      tries += 1
    }
    return time
  }

  // MARK: Tasks

  mutating func arrived(_ command: SwarmCommand, at node: Int, _ session: UInt64) {
    guard nodes[node].session == session, nodes[node].hasPower else { return }
    nodes[node].contact = now
    switch command {
    case .launch(let task): launch(task, on: node)
    case .leave(let member): end(node, .terminated) { $0.member == member }
    case .terminate(let job, let attempt):
      end(node, .terminated) { $0.member.job == job && $0.member.attempt == attempt }
    case .signal(let job, let attempt):
      let task = nodes[node].tasks.first {
        $0.member.job == job && $0.member.attempt == attempt && $0.isRunning
      }
      guard let task, setting.world.jobs[task.place].request.terms?.checkpoints != nil else {
        return
      }
      report(.checkpointed(job, attempt), from: node)
    case .forget(let job, let attempt):
      nodes[node].tasks.removeAll {
        $0.member.job == job && $0.member.attempt == attempt && !$0.isRunning
      }
    }
  }

  /// A member's tasks are created, once: no other holds what it holds, and no other try of its job
  /// runs anywhere.
  private mutating func launch(_ task: SwarmTask, on node: Int) {
    let member = task.member
    guard nodes[node].created.insert(member).inserted else {
      // Said twice; where the node has lost it, it says so.
      if !nodes[node].tasks.contains(where: { $0.member == member }) {
        outcome.see("markers that kept a task from running twice")
        report(.ended(member, .lost), from: node)
      }
      return
    }
    if let other = nodes[node].rival(of: task) {
      fail(
        "overlap",
        "on \(nodes[node].name) job \(member.job.number) is given what job "
          + "\(other.member.job.number) has")
    }
    for other in nodes {
      let older = other.tasks.first {
        $0.member.job == member.job && $0.member.attempt != member.attempt && $0.isRunning
      }
      guard let older else { continue }
      fail(
        "attempts",
        "job \(member.job.number) starts a member of attempt \(member.attempt.number) on "
          + "\(nodes[node].name) while one of attempt \(older.member.attempt.number) runs on "
          + other.name)
    }
    nodes[node].tasks.append(task)
    if !task.shares.isEmpty { outcome.see("parts of accelerators") }
    if !task.host.isEmpty { outcome.see("parts of a host") }
    let (run, exit) = life(of: task)
    if let run { put(.taskEnds(node: node, member, exit), at: now + run, 1) }
  }

  /// How long a task runs by itself, and how it ends; nil: it never does.
  private func life(of task: SwarmTask) -> (Int64?, TaskExit) {
    let place = UInt64(task.place)
    let attempt = UInt64(task.member.attempt.number)
    if habits.contains(.eternity), dice.chance(15, 11, place) { return (nil, .finished) }
    let run = setting.world.jobs[task.place].runTime.milliseconds
    guard habits.contains(.failures), dice.chance(20, 12, place, attempt) else {
      return (run, .finished)
    }
    let isShort = dice.chance(50, 13, place)
    let exit: TaskExit = dice.chance(20, 14, place, attempt) ? .outOfMemory : .failed
    let isIll = dice.chance(50, UInt64(task.member.number), 15)
    return (isShort ? run / 2 : run, isIll ? exit : .finished)
  }

  mutating func taskEnded(_ member: SwarmMember, _ exit: TaskExit, on node: Int) {
    guard
      let index = nodes[node].tasks.firstIndex(where: { $0.member == member && $0.isRunning })
    else { return }
    nodes[node].tasks[index].exit = exit
    report(.ended(member, exit), from: node)
  }

  /// Tasks are told to end; some take their time.
  private mutating func end(
    _ node: Int, _ exit: TaskExit, where isMeant: (SwarmTask) -> Bool
  ) {
    for task in nodes[node].tasks where task.isRunning && isMeant(task) {
      guard habits.contains(.stubbornness) else {
        taskEnded(task.member, exit, on: node)
        continue
      }
      let time = Int64(dice.roll(10_000, 16, UInt64(task.place), UInt64(node)))
      put(.taskEnds(node: node, task.member, exit), at: now + time, 1)
    }
  }

  // MARK: What breaks

  /// A node's power or link is gone for some time.
  mutating func cut(_ node: Int, for length: TimeSpan, isPower: Bool) {
    guard nodes[node].hasPower, nodes[node].hasLink else { return }
    recorder?.note(
      "\(nodes[node].name) loses its \(isPower ? "power" : "link") for "
        + SwarmRecorder.time(length.milliseconds), at: controller.last)
    if isPower {
      outcome.see("power cuts")
      nodes[node].hasPower = false
      nodes[node].tasks.removeAll()
    } else {
      outcome.see("cut links")
      nodes[node].hasLink = false
    }
    let isKnown = nodes[node].session != nil
    lose(node)
    put(.back(node: node), at: now + length.milliseconds, 2)
    if isKnown { put(.sweep(node: node, outage: nodes[node].outage), at: now + 30_000, 2) }
  }

  /// A node's session is over, and it is on its own.
  mutating func lose(_ node: Int) {
    if nodes[node].session != nil { nodes[node].contact = now }
    nodes[node].session = nil
    nodes[node].untold = nil
    nodes[node].outage += 1
    put(
      .fence(node: node, outage: nodes[node].outage),
      at: nodes[node].contact + nodes[node].fence, 1)
  }

  /// A node comes back, and registers if there is a controller.
  mutating func comeBack(_ node: Int) {
    // Its session may have been lost meanwhile with the controller: it is back all the same.
    nodes[node].hasPower = true
    nodes[node].hasLink = true
    recorder?.note("\(nodes[node].name) is back", at: controller.last)
    register(node)
  }

  /// For too long without a controller, an agent ends all that it has.
  mutating func fence(_ node: Int, _ outage: UInt64) {
    guard nodes[node].outage == outage, nodes[node].session == nil else { return }
    for index in nodes[node].tasks.indices where nodes[node].tasks[index].isRunning {
      outcome.see("fenced tasks")
      nodes[node].tasks[index].exit = .terminated
    }
  }
}
