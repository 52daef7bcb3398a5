import Accounts
import Cluster
import Control
import Fleet
import Jobs
import Policy
import Testing
import Units

/// A cluster at an instant, and a job in it that somebody asks about.
struct Situation: Sendable, CustomTestStringConvertible {
  let name: String
  private let make: @Sendable () throws -> (JobID, Scene)

  init(_ name: String, _ make: @escaping @Sendable () throws -> (JobID, Scene)) {
    self.name = name
    self.make = make
  }

  var testDescription: String { name }

  func scene() throws -> (job: JobID, scene: Scene) { try make() }

  static let all = rooms + orders + terms + limits + supplies + claims
}

// MARK: Room

extension Situation {
  private static let rooms = [
    Situation("no-room-at-all") {
      var scene = Scene(on: try .leaves(), .shared())
      scene.submit(.nodes(4), minutes: 130, by: "alpha/ada")
      scene.pass(minutes: 10)
      return (scene.submit(.nodes(2), minutes: 60, by: "beta/bob"), scene)
    },
    Situation("the-nodes-that-would-do-are-drained") {
      var scene = Scene(on: try .leaves(), .shared())
      scene.give(.noted([NodeID(1), NodeID(2)], .wanted(.drained, reason: "a fan")))
      return (scene.submit(.nodes(3), minutes: 60, by: "beta/bob"), scene)
    },
    Situation("no-node-is-heard-of") {
      var scene = Scene(on: try .leaves(), .shared())
      scene.submit(.nodes(1), minutes: 120, by: "alpha/ada")
      scene.give(.agentsChanged((0..<4).map { NodeID($0) }, isHeardOf: false))
      return (scene.submit(.nodes(2), minutes: 60, by: "beta/bob"), scene)
    },
    Situation("one-of-two-nodes-has-failed") {
      guard let policy = ClusterPolicy.builtIn(named: "fcfs+easy") else {
        preconditionFailure("no such policy")
      }
      var scene = Scene(on: try .leaves(1), policy)
      scene.give(.noted([NodeID(0)], .wanted(.failed, reason: "no power")))
      return (scene.submit(.nodes(2), minutes: 60), scene)
    },
    Situation("no-room-but-for-fewer-members") {
      var scene = Scene(on: try .leaves(), .shared())
      scene.submit(.nodes(1), minutes: 120, by: "alpha/ada")
      return (scene.submit(.nodes(4), minutes: 60, by: "beta/bob"), scene)
    },
    Situation("no-room-but-for-fewer-accelerators") {
      var scene = Scene(on: try .leaves(1, nodes: 1), .shared())
      scene.submit(.part(1), minutes: 120, by: "alpha/ada")
      return (scene.submit(.part(4), minutes: 60, by: "beta/bob"), scene)
    },
    Situation("no-leaf-has-room") {
      var scene = Scene(on: try .leaves(), .shared())
      let first = scene.submit(.nodes(1), minutes: 240, by: "alpha/ada")
      scene.submit(.nodes(2, within: .leaf), minutes: 240, by: "alpha/ada")
      scene.submit(.nodes(1), minutes: 240, by: "alpha/ada")
      let last = scene.submit(.part(2), minutes: 480, by: "alpha/ada")
      scene.end(first)
      _ = last
      return (scene.submit(.nodes(2, within: .leaf), minutes: 60, by: "beta/bob"), scene)
    },
    Situation("scattered-room") {
      var scene = Scene(on: try .leaves(), .shared())
      let jobs = (0..<4).map { _ in scene.submit(.nodes(1), minutes: 90, by: "alpha/ada") }
      scene.end(jobs[0])
      scene.end(jobs[2])
      return (scene.submit(.nodes(2, within: .leaf), minutes: 60, by: "beta/bob"), scene)
    },
    Situation("a-preference-that-waits") {
      var scene = Scene(on: try .leaves(), .shared())
      let jobs = (0..<4).map { _ in scene.submit(.nodes(1), minutes: 90, by: "alpha/ada") }
      scene.end(jobs[0])
      scene.end(jobs[2])
      var closeness = Closeness.closest
      closeness.preferred = .leaf
      closeness.longestWait = .seconds(1800)
      return (scene.submit(GangShape.nodes(2).with(closeness), minutes: 60, by: "beta/bob"), scene)
    },
    Situation("another-model-is-free") {
      var scene = Scene(on: try .leaves(models: ["h100", "a100"]), .shared())
      scene.submit(.nodes(2, models: ["h100"]), minutes: 90, by: "alpha/ada")
      return (scene.submit(.nodes(1, models: ["h100"]), minutes: 60, by: "beta/bob"), scene)
    },
    Situation(
      "would-delay-a-promise", queue("fcfs+reserving", [(3, 120), (4, 60), (2, 60), (1, 180)])),
    Situation("a-window-is-near") {
      var scene = try maintained(["l0", "l1"])
      return (scene.submit(.nodes(2), minutes: 180, by: "beta/bob"), scene)
    },
    Situation("a-window-is-near-and-the-other-nodes-are-drained") {
      var scene = try maintained(["l0"])
      scene.give(.noted([NodeID(2), NodeID(3)], .wanted(.drained, reason: "a fan")))
      return (scene.submit(.nodes(2), minutes: 180, by: "beta/bob"), scene)
    },
    Situation("nodes-are-drained-that-a-window-keeps") {
      var scene = try maintained(["l0"])
      scene.submit(.nodes(2), minutes: 240, by: "alpha/ada")
      scene.give(.noted([NodeID(0)], .wanted(.drained, reason: "a fan")))
      return (scene.submit(.nodes(2), minutes: 180, by: "beta/bob"), scene)
    },
    Situation("no-end-is-known") {
      var scene = Scene(on: try .leaves(), .shared())
      scene.submit(
        JobRequest(shape: .nodes(4), timeLimit: TimeSpan(milliseconds: .max), by: 2))
      return (scene.submit(.nodes(2), minutes: 60, by: "beta/bob"), scene)
    },
  ]

  /// Leaves some of which are maintained from ten until noon.
  private static func maintained(_ places: [String]) throws -> Scene {
    let window = CapacityWindow(
      name: "maintenance", places: places, from: Scene.morning + .seconds(7200),
      until: Scene.morning + .seconds(14_400))
    return Scene(on: try .leaves(), .shared { $0.windows = [window] })
  }

  /// A fleet of one leaf, and who waits behind whom under a policy with a name.
  private static func queue(
    _ policy: String, _ jobs: [(nodes: Int, minutes: Int64)]
  ) -> @Sendable () throws -> (JobID, Scene) {
    {
      guard let policy = ClusterPolicy.builtIn(named: policy) else {
        preconditionFailure("no policy \(policy)")
      }
      var scene = Scene(on: try .leaves(1, nodes: 4), policy)
      var last = JobID(0)
      for job in jobs { last = scene.submit(.nodes(job.nodes), minutes: job.minutes) }
      return (last, scene)
    }
  }
}

extension JobRequest {
  fileprivate init(shape: GangShape, timeLimit: TimeSpan, by account: UInt16) {
    self.init(shape: shape, timeLimit: timeLimit)
    self.account = AccountID(account)
  }
}

// MARK: Order

extension Situation {
  private static let orders = [
    Situation("behind-the-head", queue("fcfs", [(3, 60), (2, 60), (1, 30)])),
    Situation(
      "behind-several", queue("fcfs", [(3, 60), (2, 60), (2, 60), (3, 60), (2, 60), (1, 30)])),
    Situation("easy-backfill", queue("fcfs+easy", [(3, 60), (4, 60), (1, 120)])),
    Situation("conservative", queue("fcfs+conservative", [(3, 60), (2, 60), (1, 90), (3, 60)])),
    Situation("shortest-job-first", queue("sjf", [(4, 60), (2, 30), (2, 60)])),
    Situation("a-head-that-is-kept", queue("rlscheduler-sjf", [(4, 60), (2, 60), (3, 30)])),
    Situation("a-higher-tier-is-ahead") {
      let policy = ClusterPolicy.shared {
        $0.reservations = 0
        $0.add(mode: "urgent") { $0.tier = 2 }
      }
      var scene = Scene(on: try .leaves(), policy)
      scene.submit(.nodes(4), minutes: 120, by: "alpha/ada")
      scene.submit(.nodes(3), minutes: 60, by: "alpha/ada", mode: "urgent")
      return (scene.submit(.nodes(3), minutes: 60, by: "beta/bob"), scene)
    },
    Situation("a-guarantee-is-ahead") {
      var scene = Scene(on: try .leaves(), .shared { $0.reservations = 0 })
      scene.submit(.nodes(4), minutes: 120, by: "alpha/ada")
      scene.submit(.nodes(2), minutes: 60, by: "beta/bob")
      return (scene.submit(.nodes(1), minutes: 60, by: "alpha/amy"), scene)
    },
    Situation("a-smaller-share-is-ahead") {
      var scene = Scene(on: try .leaves(), .shared { $0.reservations = 0 })
      scene.submit(.nodes(3), minutes: 120, by: "alpha/ada")
      scene.submit(.nodes(1), minutes: 120, by: "alpha/amy")
      scene.pass(minutes: 60)
      scene.submit(.nodes(1), minutes: 60, by: "alpha/amy")
      return (scene.submit(.nodes(1), minutes: 60, by: "alpha/ada"), scene)
    },
    Situation("an-older-job-is-ahead") {
      var scene = Scene(on: try .leaves(), .shared { $0.reservations = 0 })
      scene.submit(.nodes(4), minutes: 120, by: "alpha/ada")
      scene.submit(.nodes(2), minutes: 60, by: "alpha/ada")
      scene.pass(minutes: 30)
      return (scene.submit(.nodes(1), minutes: 30, by: "alpha/ada"), scene)
    },
  ]
}

// MARK: Terms

extension Situation {
  /// A job with terms on a fleet with nothing else to do but one small job.
  private static func asked(
    _ terms: @escaping @Sendable (inout JobTerms.Options) -> Void,
    after: @escaping @Sendable (inout Scene, JobID) -> Void = { _, _ in }
  ) -> @Sendable () throws -> (JobID, Scene) {
    {
      var scene = Scene(on: try .leaves(), .shared())
      let other = scene.submit(.nodes(1), minutes: 90, by: "alpha/ada")
      let job = scene.submit(.nodes(1), minutes: 60, by: "beta/bob", terms)
      after(&scene, other)
      return (job, scene)
    }
  }

  private static let terms = [
    Situation("begins-later", asked { $0.begin = Scene.morning + .seconds(36_000) }),
    Situation("too-late", asked { $0.deadline = Scene.morning + .seconds(2400) }),
    Situation(
      "after-another",
      asked { $0.dependencies = [JobDependency(job: JobID(1), condition: .succeeded)] }),
    Situation(
      "after-one-that-failed",
      asked {
        $0.dependencies = [JobDependency(job: JobID(1), condition: .succeeded)]
      } after: { scene, other in
        scene.end(other, .failed)
      }),
    Situation("held-back") {
      var scene = Scene(on: try .leaves(), .shared())
      scene.submit(.nodes(4), minutes: 90, by: "alpha/ada")
      let job = scene.submit(.nodes(1), minutes: 60, by: "beta/bob")
      scene.give(.hold(job, true))
      return (job, scene)
    },
    Situation("not-admitted-any-more") {
      var scene = Scene(on: try .leaves(), .shared())
      scene.submit(.nodes(4), minutes: 90, by: "alpha/ada")
      let job = scene.submit(.nodes(2), minutes: 60, by: "beta/bob")
      scene.give(.policyChanged(.shared { $0.modes[0].longestTime = .seconds(1800) }))
      return (job, scene)
    },
    Situation("an-array-is-throttled") {
      var scene = Scene(on: try .leaves(), .shared())
      let first = scene.submit(.part(1), minutes: 60, by: "beta/bob") { $0.throttle = 2 }
      guard let request = scene.machine.state.jobs[first]?.request else { return (first, scene) }
      scene.submit(request)
      return (scene.submit(request), scene)
    },
    Situation("a-window-opens-later", reserved(from: 7200, until: 14_400, minutes: 60)),
    Situation("a-window-closes-soon", reserved(from: -3600, until: 1800, minutes: 60)),
    Situation("a-window-is-over", reserved(from: -7200, until: 600, minutes: 60, pass: 15)),
    Situation("a-window-is-full", reserved(from: -3600, until: 14_400, minutes: 60, nodes: 2)),
  ]

  /// A job that asks for a window of one leaf, which is open between two seconds.
  private static func reserved(
    from: Int64, until: Int64, minutes: Int64, nodes: Int = 1, pass: Int64 = 0
  ) -> @Sendable () throws -> (JobID, Scene) {
    {
      let policy = ClusterPolicy.shared { policy in
        var window = CapacityWindow(
          name: "course", places: ["l0"], from: Scene.morning + .seconds(from),
          until: Scene.morning + .seconds(until))
        window.accounts = [AccountID(4)]
        policy.windows = [window]
      }
      var scene = Scene(on: try .leaves(), policy)
      if nodes > 1 {
        scene.submit(.nodes(1), minutes: minutes, by: "beta/bob") { $0.window = "course" }
      }
      let job = scene.submit(.nodes(nodes), minutes: minutes, by: "beta/ben") {
        $0.window = "course"
      }
      if pass > 0 { scene.pass(minutes: pass) }
      return (job, scene)
    }
  }
}
