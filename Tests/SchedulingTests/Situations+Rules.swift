import Accounts
import Cluster
import Control
import Fleet
import Jobs
import Policy
import Units

extension Situation {
  /// Two users, and jobs of `beta/bob` under a mode, of which the last waits.
  private static func limited(
    _ mode: @escaping @Sendable (inout AccessMode) -> Void, jobs: [(GangShape, Int64)]
  ) -> @Sendable () throws -> (JobID, Scene) {
    {
      let policy = ClusterPolicy.shared { $0.add(mode: "playground", mode) }
      var scene = Scene(on: try .leaves(), policy)
      var last = JobID(0)
      for (shape, minutes) in jobs {
        last = scene.submit(shape, minutes: minutes, by: "beta/bob", mode: "playground")
      }
      return (last, scene)
    }
  }

  /// Two accelerator-hours to a project `beta/llm` with the user `cem`, in several ways.
  private static func project(
    by: String = "beta/llm/cem", mode: String = "regular", first: Int64? = nil,
    minutes: Int64 = 120, _ tune: @escaping @Sendable (inout ClusterPolicy) -> Void
  ) -> @Sendable () throws -> (JobID, Scene) {
    {
      let policy = ClusterPolicy.shared { policy in
        if let beta = policy.accounts.account(path: "beta") {
          let llm = policy.accounts.add(Account(name: "llm", kind: .project, parent: beta))
          policy.accounts.add(Account(name: "cem", kind: .user, parent: llm))
          policy.accounts.add(Account(name: "dan", kind: .user, parent: llm))
        }
        tune(&policy)
      }
      var scene = Scene(on: try .leaves(), policy)
      if let first { scene.submit(.nodes(1), minutes: first, by: "beta/llm/dan", mode: mode) }
      return (scene.submit(.nodes(1), minutes: minutes, by: by, mode: mode), scene)
    }
  }

  static let limits = [
    Situation(
      "a-user-has-enough-jobs",
      limited({ $0.perUser.jobs = 1 }, jobs: [(.part(1), 60), (.part(1), 60)])),
    Situation(
      "a-user-has-enough-accelerators",
      limited({ $0.perUser.accelerators = 6 }, jobs: [(.nodes(1), 60), (.part(4), 60)])),
    Situation(
      "a-user-has-enough-members",
      limited({ $0.perUser.accelerators = 8 }, jobs: [(.nodes(1), 60), (.nodes(3), 60)])),
    Situation(
      "a-project-has-enough-jobs",
      project(first: 60) { $0.modes[0].perProject.jobs = 1 }),
    Situation(
      "a-project-has-enough-accelerators",
      project(first: 60) { $0.modes[0].perProject.accelerators = 4 }),
    Situation("a-mode-that-does-not-borrow") {
      let policy = ClusterPolicy.shared {
        $0.add(mode: "steady") { $0.borrowing = .never }
      }
      var scene = Scene(on: try .leaves(), policy)
      scene.submit(.nodes(1), minutes: 120, by: "beta/ben")
      return (scene.submit(.nodes(2), minutes: 60, by: "beta/bob", mode: "steady"), scene)
    },
    Situation("nobody-lends-more") {
      let policy = ClusterPolicy.shared { policy in
        policy.accounts = .twoMembers { if $0.kind == .member { $0.lendLimit = .accelerators(4) } }
      }
      var scene = Scene(on: try .leaves(), policy)
      scene.submit(.nodes(2), minutes: 120, by: "beta/ben")
      return (scene.submit(.nodes(2), minutes: 60, by: "beta/bob"), scene)
    },
    Situation("a-member-borrows-no-more") {
      let policy = ClusterPolicy.shared { policy in
        policy.accounts = .twoMembers {
          if $0.name == "beta" { $0.borrowLimit = .accelerators(0) }
        }
      }
      var scene = Scene(on: try .leaves(models: ["h100", "a100"]), policy)
      scene.submit(.nodes(1, models: ["h100"]), minutes: 120, by: "beta/ben")
      return (scene.submit(.nodes(1, models: ["h100"]), minutes: 60, by: "beta/bob"), scene)
    },
    Situation("several-causes-at-once") {
      let policy = ClusterPolicy.shared {
        $0.accounts = .twoMembers {
          guard $0.name == "bob" else { return }
          $0.budgets = [Budget(acceleratorMilliseconds: 3_600_000)]
        }
        $0.add(mode: "playground") {
          $0.borrowing = .never
          $0.perUser.accelerators = 6
        }
      }
      var scene = Scene(on: try .leaves(), policy)
      scene.submit(.nodes(3), minutes: 120, by: "alpha/ada")
      scene.submit(.nodes(4), minutes: 60, by: "alpha/amy")
      return (scene.submit(.nodes(3), minutes: 60, by: "beta/bob", mode: "playground"), scene)
    },
  ]

  static let supplies = [
    Situation(
      "a-budget-is-short",
      project { policy in
        policy.accounts = policy.accounts.with(
          budgets: [Budget(acceleratorMilliseconds: 5 * 3_600_000)], ofName: "llm")
      }),
    Situation(
      "a-budget-begins-later",
      project { policy in
        policy.accounts = policy.accounts.with(
          budgets: [
            Budget(
              acceleratorMilliseconds: 50 * 3_600_000, from: Scene.morning + .seconds(86_400))
          ], ofName: "beta")
      }),
    Situation(
      "an-allowance-is-short",
      project(first: 120, minutes: 150) {
        $0.modes[0].allowance = AccessMode.Allowance(
          acceleratorMilliseconds: 12 * 3_600_000, validity: .seconds(90 * 86_400),
          cutOffs: [Scene.morning + .seconds(-86_400)])
      }),
    Situation(
      "an-allowance-begins-later",
      project {
        $0.modes[0].allowance = AccessMode.Allowance(
          acceleratorMilliseconds: 12 * 3_600_000, validity: .seconds(90 * 86_400),
          cutOffs: [Scene.morning + .seconds(3 * 86_400)])
        $0.add(mode: "development") { $0.largestJob = 8 }
      }),
    Situation("a-site-draws-enough") {
      let policy = ClusterPolicy.shared {
        var budget = PowerBudget(site: "cernavoda", watts: 9000)
        budget.pueMilli = 1200
        budget.nodeWatts = 500
        $0.power = [budget]
      }
      var scene = Scene(on: try .leaves(site: "cernavoda"), policy)
      scene.submit(.nodes(1), minutes: 120, by: "alpha/ada")
      return (scene.submit(.nodes(2), minutes: 60, by: "beta/bob"), scene)
    },
    Situation("a-site-draws-less-at-noon") {
      let policy = ClusterPolicy.shared {
        var budget = PowerBudget(site: "cernavoda", watts: 12_000)
        budget.steps.append(PowerBudget.Step(from: .seconds(12 * 3600), watts: 4000))
        $0.power = [budget]
      }
      var scene = Scene(on: try .leaves(site: "cernavoda"), policy)
      return (scene.submit(.nodes(2), minutes: 300, by: "beta/bob"), scene)
    },
  ]

  /// `alpha` has borrowed the whole fleet, and `beta` wants its own back.
  private static func lent(
    others: [Int] = [], on topology: Topology
  ) -> (JobID, Scene) {
    let policy = ClusterPolicy.shared {
      $0.preemption = PreemptionRules()
      $0.modes[0].notice = .seconds(60)
      $0.modes[0].grace = .seconds(300)
    }
    var scene = Scene(on: topology, policy)
    for _ in 0..<2 { scene.submit(.nodes(2), minutes: 600, by: "alpha/ada") }
    scene.pass(minutes: 20)
    var job = scene.submit(.nodes(2), minutes: 60, by: "beta/bob")
    for nodes in others { job = scene.submit(.nodes(nodes), minutes: 30, by: "beta/ben") }
    return (job, scene)
  }

  static let claims = [
    Situation("others-go-for-it") { lent(on: try .leaves()) },
    Situation("others-may-not-be-disturbed-yet") {
      let policy = ClusterPolicy.shared {
        var rules = PreemptionRules()
        rules.reclaims = false
        $0.preemption = rules
        $0.modes[0].isPreemptible = true
        $0.modes[0].undisturbed = .seconds(45 * 60)
        $0.add(mode: "urgent") {
          $0.tier = 2
          $0.preempts = [0]
        }
      }
      var scene = Scene(on: try .leaves(), policy)
      scene.submit(.nodes(2), minutes: 600, by: "alpha/amy")
      scene.submit(.nodes(2), minutes: 600, by: "alpha/ada")
      scene.pass(minutes: 20)
      return (scene.submit(.nodes(2), minutes: 60, by: "beta/bob", mode: "urgent"), scene)
    },
    Situation("room-is-kept-for-a-claim") {
      let policy = ClusterPolicy.shared {
        $0.preemption = PreemptionRules()
        $0.modes[0].notice = .seconds(60)
        $0.modes[0].grace = .seconds(300)
      }
      var scene = Scene(on: try .leaves(), policy)
      scene.submit(.nodes(2), minutes: 600, by: "alpha/ada")
      scene.submit(.nodes(1), minutes: 600, by: "alpha/ada")
      scene.submit(.nodes(2), minutes: 60, by: "beta/bob")
      return (scene.submit(.nodes(1), minutes: 30, by: "alpha/amy"), scene)
    },
    Situation("a-higher-tier-makes-others-go") {
      let policy = ClusterPolicy.shared {
        var rules = PreemptionRules()
        rules.reclaims = false
        $0.preemption = rules
        $0.modes[0].isPreemptible = true
        $0.modes[0].grace = .seconds(120)
        $0.add(mode: "urgent") {
          $0.tier = 2
          $0.preempts = [0]
        }
      }
      var scene = Scene(on: try .leaves(), policy)
      scene.submit(.nodes(4), minutes: 600, by: "alpha/ada") { $0.leastMembers = 2 }
      return (scene.submit(.nodes(2), minutes: 60, by: "beta/bob", mode: "urgent"), scene)
    },
    Situation("it-runs") {
      var scene = Scene(on: try .leaves(), .shared())
      let job = scene.submit(.nodes(1), minutes: 60, by: "beta/bob")
      scene.pass(minutes: 5)
      return (job, scene)
    },
    Situation("it-is-over") {
      var scene = Scene(on: try .leaves(), .shared())
      let job = scene.submit(.nodes(1), minutes: 60, by: "beta/bob")
      scene.end(job)
      return (job, scene)
    },
    Situation("it-was-never-there") { (JobID(7), Scene(on: try .leaves(), .shared())) },
  ]
}

extension AccountTree {
  /// The same, with budgets for the accounts of a name.
  fileprivate func with(budgets: [Budget], ofName name: String) -> AccountTree {
    var tree = AccountTree(root: self[.root].name)
    for account in accounts.dropFirst() {
      var account = account
      if account.name == name { account.budgets = budgets }
      tree.add(account)
    }
    return tree
  }
}
