import Accounts
import Cluster
import Control
import Fleet
import Jobs
import Policy
import Scheduling
import Testing
import Units

/// Two members with half of sixteen accelerators each; urgent work of either may make the rest go.
@Suite struct `Who may be made to go by a tier` {
  /// A scene in which one accelerator of each of the four nodes is held by alpha's gang.
  private func scene(
    borrowing: AccessMode.Borrowing = .allowed
  ) throws -> (scene: Scene, victim: JobID) {
    let policy = ClusterPolicy.shared {
      $0.preemption = PreemptionRules()
      $0.modes[0].isPreemptible = true
      $0.modes[0].grace = .seconds(120)
      $0.add(mode: "spare") {
        $0.isPreemptible = true
        $0.borrowing = .always
      }
      $0.add(mode: "urgent") {
        $0.tier = 2
        $0.preempts = [0]
      }
    }
    var scene = Scene(on: try .leaves(), policy)
    let spread = GangShape(members: 4, member: MemberShape(accelerators: 1))
    let victim = scene.submit(
      spread, minutes: 600, by: "alpha/ada", mode: borrowing == .always ? "spare" : nil)
    let run = scene.machine.state.jobs[victim]?.lifecycle.run
    #expect(run?.allocation.slices.count == 4)
    scene.pass(minutes: 10)
    return (scene, victim)
  }

  /// Whom a job's claim makes go; empty where it has none.
  private func goers(for job: JobID, _ scene: Scene) -> [JobID] {
    scene.machine.state.claim(of: job)?.victims.map(\.job) ?? []
  }

  @Test func `is nobody within an entitlement, for a job that would borrow`() throws {
    // Twelve are free by number, and beta is lent four of them: but on three nodes alpha is there
    // by right, and would take them back.
    var (scene, victim) = try scene()
    let urgent = scene.submit(.nodes(3), minutes: 60, by: "beta/bob", mode: "urgent")
    #expect(goers(for: urgent, scene).isEmpty)
    #expect(scene.isRunning(victim))
    scene.end(victim)
    #expect(scene.isRunning(urgent))
  }

  @Test func `is whoever is in the way of a job within its own entitlement`() throws {
    var (scene, victim) = try scene()
    let urgent = scene.submit(.nodes(2), minutes: 60, by: "beta/bob", mode: "urgent")
    #expect(goers(for: urgent, scene) == [victim])
  }

  @Test func `is whoever borrows, for a job that would borrow, too`() throws {
    var (scene, victim) = try scene(borrowing: .always)
    let urgent = scene.submit(.nodes(3), minutes: 60, by: "beta/bob", mode: "urgent")
    #expect(goers(for: urgent, scene) == [victim])
  }

  @Test func `is whoever is of the same member`() throws {
    var (scene, victim) = try scene()
    let urgent = scene.submit(.nodes(3), minutes: 60, by: "alpha/amy", mode: "urgent")
    #expect(goers(for: urgent, scene) == [victim])
  }
}

/// Alpha may hold eight of sixteen accelerators, and its sweep does; the other eight are free.
@Suite struct `Who may be made to go within a team that holds all that it may` {
  private func scene(
    _ tune: (inout ClusterPolicy) -> Void = { _ in }
  ) throws -> Scene {
    let policy = ClusterPolicy.shared {
      $0.preemption = PreemptionRules()
      $0.modes[0].isPreemptible = true
      $0.modes[0].borrowing = .never
      $0.modes[0].undisturbed = .seconds(300)
      $0.add(mode: "urgent") {
        $0.tier = 2
        $0.preempts = [0]
        $0.borrowing = .never
      }
      tune(&$0)
    }
    return Scene(on: try .leaves(), policy)
  }

  private func claim(of job: JobID, _ scene: Scene) -> Claim? { scene.machine.state.claim(of: job) }

  @Test func `is the one of the sweep that loses least`() throws {
    var scene = try scene()
    let first = scene.submit(.nodes(1), minutes: 600, by: "alpha/ada")
    scene.pass(minutes: 30)
    let second = scene.submit(.nodes(1), minutes: 600, by: "alpha/ada")
    scene.pass(minutes: 10)
    #expect(scene.isRunning(first) && scene.isRunning(second))
    let place = scene.machine.state.jobs[second]?.lifecycle.run?.allocation
    let urgent = scene.submit(.nodes(1), minutes: 60, by: "alpha/amy", mode: "urgent")
    let claim = claim(of: urgent, scene)
    #expect(claim?.victims.map(\.job) == [second])
    #expect(claim?.allocation == place)
    // What is free is beta's, all the while.
    scene.end(second)
    #expect(scene.isRunning(urgent) && scene.isRunning(first) && !scene.isRunning(second))
    let theirs = scene.submit(.nodes(2), minutes: 60, by: "beta/bob")
    #expect(scene.isRunning(theirs))
  }

  @Test func `is nobody before the end of an undisturbed run, and gwhy says so`() throws {
    var scene = try scene()
    let sweep = scene.submit(.nodes(2), minutes: 600, by: "alpha/ada")
    let urgent = scene.submit(.part(2), minutes: 60, by: "alpha/amy", mode: "urgent")
    #expect(claim(of: urgent, scene) == nil)
    let causes = scene.machine.explain(urgent, at: scene.now).causes
    #expect(causes.contains(.undisturbed([sweep], until: Scene.morning + .seconds(300))))
    scene.pass(minutes: 5)
    #expect(claim(of: urgent, scene)?.victims.map(\.job) == [sweep])
  }

  @Test func `is part of a gang that can spare it`() throws {
    var scene = try scene()
    let gang = GangShape(members: 4, member: MemberShape(accelerators: 2))
    let sweep = scene.submit(gang, minutes: 600, by: "alpha/ada") { $0.leastMembers = 1 }
    scene.pass(minutes: 10)
    let urgent = scene.submit(.part(2), minutes: 60, by: "alpha/amy", mode: "urgent")
    let claim = claim(of: urgent, scene)
    #expect(claim?.victims.isEmpty == true)
    #expect(claim?.shrinks.map(\.job) == [sweep])
    #expect(claim?.shrinks.first?.keeps.slices.count == 3)
  }

  @Test func `is one each, where two come at once`() throws {
    var scene = try scene()
    let sweep = (0..<2).map { _ in scene.submit(.nodes(1), minutes: 600, by: "alpha/ada") }
    scene.pass(minutes: 10)
    let urgent = ["ada", "amy"].map {
      scene.submit(.nodes(1), minutes: 60, by: "alpha/\($0)", mode: "urgent")
    }
    #expect(urgent.flatMap { claim(of: $0, scene)?.victims.map(\.job) ?? [] }.sorted() == sweep)
  }

  @Test func `is nobody for a model of which the team holds more than a mode may`() throws {
    let policy = ClusterPolicy.shared {
      $0.preemption = PreemptionRules()
      $0.preemption?.reclaims = false
      $0.modes[0].isPreemptible = true
      $0.add(mode: "urgent") {
        $0.tier = 2
        $0.preempts = [0]
        $0.borrowing = .never
      }
      $0.add(mode: "fixed")
    }
    var scene = Scene(on: try .leaves(models: ["a100", "h100"]), policy)
    for _ in 0..<2 {
      scene.submit(.nodes(1, models: ["h100"]), minutes: 600, by: "alpha/ada")
      scene.submit(.nodes(1, models: ["a100"]), minutes: 600, by: "beta/ben", mode: "fixed")
    }
    scene.pass(minutes: 10)
    // Alpha is entitled to four of each: of h100 it holds eight, and of a100 none is to be had.
    let both = GangShape.nodes(1, models: ["a100", "h100"])
    let urgent = scene.submit(both, minutes: 60, by: "alpha/amy", mode: "urgent")
    #expect(!scene.isRunning(urgent) && claim(of: urgent, scene) == nil)
  }

  @Test func `may be a colleague of another who keeps what is idle`() throws {
    var scene = try scene { policy in
      var tree = AccountTree(root: "lab")
      var alpha = Account(name: "alpha", kind: .member, parent: .root)
      alpha.entitlement = Entitlement(ofEach: .all)
      let member = tree.add(alpha)
      for (name, part) in [("ada", 750_000), ("amy", 0), ("cem", 250_000)] {
        var user = Account(name: name, kind: .user, parent: member)
        user.entitlement = Entitlement(ofEach: .fraction(part))
        if name == "cem" { user.lendLimit = .fraction(0) }
        tree.add(user)
      }
      policy.accounts = tree
    }
    let sweep = (0..<3).map { _ in scene.submit(.nodes(1), minutes: 600, by: "alpha/ada") }
    scene.pass(minutes: 10)
    #expect(sweep.allSatisfy { scene.isRunning($0) })
    let urgent = scene.submit(.nodes(1), minutes: 60, by: "alpha/amy", mode: "urgent")
    #expect(claim(of: urgent, scene)?.victims.count == 1)
  }

  @Test func `is a holder of cores where nodes have nothing else`() throws {
    var builder = TopologyBuilder(name: "cores")
    let type = NodeType(name: "cpu", accelerators: 0, host: HostShare(cores: 64))
    try builder.addNodes((0..<4).map { NodeName("c\($0)") }, type: type)
    var scene = Scene(on: try builder.build(), try self.scene().machine.policy)
    let half = GangShape(
      members: 1, member: MemberShape(accelerators: 0, host: HostShare(cores: 64)))
    let sweep = (0..<2).map { _ in scene.submit(half, minutes: 600, by: "alpha/ada") }
    scene.pass(minutes: 10)
    #expect(sweep.allSatisfy { scene.isRunning($0) })
    let urgent = scene.submit(half, minutes: 60, by: "alpha/amy", mode: "urgent")
    #expect(claim(of: urgent, scene)?.victims.count == 1)
  }

  @Test func `is nobody who holds too little, or whose going another rule makes useless`() throws {
    var scene = try scene { $0.modes[1].perUser.accelerators = 6 }
    scene.submit(.nodes(1), minutes: 600, by: "alpha/ada")
    scene.submit(.nodes(1), minutes: 600, by: "alpha/amy", mode: "urgent")
    scene.pass(minutes: 10)
    let six = GangShape(members: 3, member: MemberShape(accelerators: 2))
    let large = scene.submit(six, minutes: 60, by: "alpha/ada", mode: "urgent")
    let more = scene.submit(.part(4), minutes: 60, by: "alpha/amy", mode: "urgent")
    #expect(claim(of: large, scene) == nil && claim(of: more, scene) == nil)
    let fitting = scene.submit(.part(4), minutes: 60, by: "alpha/ada", mode: "urgent")
    #expect(claim(of: fitting, scene)?.victims.count == 1)
  }

  @Test func `is nobody of a project that has its own part, where another's is used up`() throws {
    var scene = try scene { policy in
      guard let alpha = policy.accounts.account(path: "alpha") else { return }
      for name in ["first", "second"] {
        var project = Account(name: name, kind: .project, parent: alpha)
        project.entitlement = Entitlement(ofEach: .fraction(500_000))
        project.borrowLimit = .fraction(0)
        let id = policy.accounts.add(project)
        policy.accounts.add(Account(name: "cem", kind: .user, parent: id))
      }
    }
    let own = scene.submit(.nodes(1), minutes: 600, by: "alpha/first/cem")
    scene.pass(minutes: 30)
    let others = scene.submit(.nodes(1), minutes: 600, by: "alpha/second/cem")
    scene.pass(minutes: 10)
    #expect(scene.isRunning(own) && scene.isRunning(others))
    let urgent = scene.submit(.nodes(1), minutes: 60, by: "alpha/first/cem", mode: "urgent")
    #expect(claim(of: urgent, scene)?.victims.map(\.job) == [own])
  }
}
