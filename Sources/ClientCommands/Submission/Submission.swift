import Arguments
import Foundation
import Jobs
import Wire

extension JobSubmission {
  /// What is submitted, from its options and its script.
  init(_ options: SubmitOptions, _ script: Script, in world: Surroundings) throws {
    let gang = try options.gang.spec()
    if let fault = gang.fault { throw CommandFailure("\(fault)", exitCode: 2) }
    var task = TaskSpec(script: script.text, directory: Self.folder(options.task.chdir, world))
    task.arguments = script.arguments
    task.environment = try Self.environment(options.task.export ?? "ALL", world.environment)
    task.output = options.task.output ?? task.output
    task.errors = options.task.errors
    task.appends = options.task.openMode == .append
    task.tasksPerMember = options.task.tasksPerMember ?? 1
    task.checkpointSignal = options.task.checkpointSignal
    task.warning = options.task.signal
    self.init(name: options.job.name ?? script.jobName, gang: gang, task: task)
    account = options.job.account
    mode = options.job.mode
    if case .milliseconds(let limit) = options.job.timeLimit { timeLimitMs = limit }
    array = options.job.array
    let moment = { (point: PointInTime) in
      Moment(point.instant(now: world.now(), in: world.zone()))
    }
    terms.checkpointEveryMs = options.task.checkpointEvery
    terms.begin = options.terms.begin.map(moment)
    terms.deadline = options.terms.deadline.map(moment)
    terms.dependencies = options.terms.dependency?.jobs ?? []
    terms.reservation = options.terms.reservation
    terms.isHeldBack = options.terms.hold
  }

  private static func folder(_ given: String?, _ world: Surroundings) -> String {
    guard let given else { return world.directory }
    return given.hasPrefix("/") ? given : "\(world.directory)/\(given)"
  }

  /// The variables that `--export` names.
  ///
  /// What Muster itself sets is never passed on: it is about the job that we may be in, or a
  /// secret.
  private static func environment(
    _ export: String, _ all: [String: String]
  ) throws(CommandFailure) -> [String: String] {
    let own = all.filter { !$0.key.hasPrefix("MUSTER_") || $0.key == "MUSTER_CONTROLLER" }
    var result: [String: String] = [:]
    for item in export.split(separator: ",") {
      let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0])
      switch (parts.count, name) {
      case (1, "ALL"): result.merge(own) { old, _ in old }
      case (1, "NONE"), (1, "NIL"): break
      case (2, ""):
        throw CommandFailure("--export \(export): a name stands before =", exitCode: 2)
      case (2, _): result[name] = String(parts[1])
      default:
        guard let value = own[name] else {
          throw CommandFailure(
            "--export \(name): no such variable is set here; write \(name)=value", exitCode: 2)
        }
        result[name] = value
      }
    }
    return result
  }
}
