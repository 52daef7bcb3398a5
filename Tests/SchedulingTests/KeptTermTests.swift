import Control
import Fleet
import Jobs
import Policy
import Testing
import Units

@Suite struct `What a job asks for beside a shape and a time` {
  /// As a user calls it, and a job that asks for it.
  private static let terms: [(name: String, request: JobRequest)] = [
    ("a begin", .asking { $0.begin = Scene.morning + .seconds(60) }),
    ("a deadline", .asking { $0.deadline = Scene.morning + .seconds(9999) }),
    (
      "dependencies",
      .asking { $0.dependencies = [JobDependency(job: JobID(1), condition: .ended)] }
    ),
    ("a throttle", .asking { $0.throttle = 2 }),
    ("the reservation 'course'", .asking { $0.window = "course" }),
    (
      "a preference with a longest wait",
      JobRequest(shape: GangShape.nodes(2).with(.leafForAnHour), timeLimit: .seconds(60))
    ),
  ]

  private static let others = ClusterPolicy.builtIn.filter { $0.backfill != .reserving }

  @Test(arguments: terms.indices, others)
  func `is refused where the policy's backfill would ignore it`(
    row: Int, policy: ClusterPolicy
  ) throws {
    let (name, request) = Self.terms[row]
    var scene = Scene(on: try .leaves(), policy)
    scene.submit(.nodes(1), minutes: 60)
    #expect(
      scene.give(.submit(request)) == [.rejected(.termNotKept(name, policy: policy.name))])
  }

  @Test(arguments: terms.indices) func `is accepted where it is kept`(row: Int) throws {
    var window = CapacityWindow(
      name: "course", places: ["l0"], from: Scene.morning, until: Scene.morning + .seconds(3600))
    window.accounts = [.root]
    var policy = try #require(ClusterPolicy.builtIn(named: "fcfs+reserving"))
    policy.windows = [window]
    var scene = Scene(on: try .leaves(), policy)
    scene.submit(.nodes(1), minutes: 60)
    #expect(scene.give(.submit(Self.terms[row].request)).contains(.accepted(JobID(2))))
  }
}

extension JobRequest {
  /// One node for a minute, on some terms.
  fileprivate static func asking(_ tune: (inout JobTerms.Options) -> Void) -> JobRequest {
    var options = JobTerms.Options()
    tune(&options)
    var request = JobRequest(shape: .nodes(1), timeLimit: .seconds(60))
    request.terms = JobTerms(options)
    return request
  }
}

extension Closeness {
  /// Inside one leaf, preferably, for an hour.
  static let leafForAnHour: Closeness = {
    var closeness = Closeness.closest
    closeness.preferred = .leaf
    closeness.longestWait = .seconds(3600)
    return closeness
  }()
}
