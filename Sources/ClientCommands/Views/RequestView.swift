import Fleet
import Foundation
import Jobs
import Printing
import Units
import Wire

/// A submission as `gsub --dry-run` prints it.
struct RequestView {
  private let submission: JobSubmission

  init(_ submission: JobSubmission) { self.submission = submission }

  var text: String {
    var table = Table()
    for (name, value) in lines where !value.isEmpty { table.add([name, value]) }
    return table.text
  }

  private var lines: [(String, String)] {
    let (gang, terms, task) = (submission.gang, submission.terms, submission.task)
    let scriptLines = task.script.split(separator: "\n", omittingEmptySubsequences: false).count - 1
    return [
      ("name", submission.name), ("account", submission.account ?? ""),
      ("mode", submission.mode ?? ""), ("gpus", gang.accelerators?.description ?? ""),
      ("gpus per member", gang.perMember?.description ?? ""), ("members", members),
      ("cores", gang.host.milliCores > 0 ? Self.thousandths(Int(gang.host.milliCores)) : ""),
      ("memory", gang.host.memory > 0 ? "\(gang.host.memory) MiB" : ""),
      ("nodes to itself", gang.isExclusive ? "yes" : ""), ("closeness", closeness),
      ("residency", gang.residency.joined(separator: ",")),
      ("only on", Self.hostlist(gang.nodes)), ("not on", Self.hostlist(gang.excluded)),
      ("time limit", submission.timeLimitMs.map(Surroundings.span) ?? "as its mode allows"),
      ("array", array), ("after", dependencies), ("begin", terms.begin?.description ?? ""),
      ("deadline", terms.deadline?.description ?? ""),
      ("reservation", terms.reservation ?? ""), ("held", terms.isHeldBack ? "yes" : ""),
      ("checkpoint every", terms.checkpointEveryMs.map(Surroundings.span) ?? ""),
      ("checkpoint signal", Self.signal(task.checkpointSignal)),
      ("signal", Self.signal(task.warning)),
      ("script", "\(scriptLines) lines"),
      ("arguments", task.arguments.map(ShellWords.quoted).joined(separator: " ")),
      ("folder", task.directory), ("output", task.output), ("errors", task.errors ?? ""),
      ("files", task.appends ? "appended to" : ""),
      ("tasks per member", task.tasksPerMember > 1 ? "\(task.tasksPerMember)" : ""),
      ("environment", "\(task.environment.count) variables"),
    ]
  }

  private var members: String {
    guard let members = submission.gang.members else { return "" }
    return submission.gang.leastMembers.map { "\(members), at least \($0)" } ?? "\(members)"
  }

  private var closeness: String {
    let closeness = submission.gang.closeness
    var parts: [String] = []
    if let level = closeness.required { parts.append("within a \(level)") }
    if let level = closeness.preferred {
      let wait = Surroundings.span(closeness.longestWait.milliseconds)
      parts.append("waits \(wait) for a \(level)")
    }
    for level in DomainLevel.allCases where closeness.segments[level] > 0 {
      parts.append("\(closeness.segments[level]) nodes to a \(level)")
    }
    switch closeness.division {
    case .fewest: break
    case .even: parts.append("divided evenly")
    case .spread(let level): parts.append("spread over \(level) domains")
    }
    return parts.joined(separator: ", ")
  }

  private var array: String {
    guard let array = submission.array else { return "" }
    let count = "\(array.indices.count) jobs"
    return array.throttle.map { "\(count), \($0) at once" } ?? count
  }

  private var dependencies: String {
    submission.terms.dependencies.map { "\($0.condition.rawValue):\($0.job)" }
      .joined(separator: ", ")
  }

  private static func thousandths(_ value: Int) -> String {
    Surroundings.amount(Double(value) / 1000)
  }

  private static func hostlist(_ names: [String]) -> String {
    let joined = names.joined(separator: ",")
    return (try? Hostlist(parsing: joined).description) ?? joined
  }

  private static func signal(_ signal: TaskSpec.SignalAhead?) -> String {
    signal.map { "\($0.signal), \(Surroundings.span($0.aheadMs)) ahead" } ?? ""
  }
}

/// What would become of a job, as `gsub --test-only` prints it.
struct ForecastView {
  private let forecast: JobForecast
  private let world: Surroundings

  init(_ forecast: JobForecast, _ world: Surroundings) {
    self.forecast = forecast
    self.world = world
  }

  var text: String {
    var table = Table()
    let start = forecast.start.map { world.time($0) } ?? (forecast.nodes == nil ? "unknown" : "now")
    table.add(["starts", start])
    if let nodes = forecast.nodes { table.add(["on", nodes]) }
    if let slowdown = forecast.slowdownMilli {
      let percent = Wording.percent(Double(slowdown) / 1000)
      table.add(["slower by its place", percent])
    }
    let hours = Surroundings.amount(Double(forecast.costMs) / 3_600_000)
    table.add(["costs at most", "\(hours) accelerator-hours"])
    return forecast.text.isEmpty ? table.text : "\(table.text)\n\(forecast.text)\n"
  }
}
