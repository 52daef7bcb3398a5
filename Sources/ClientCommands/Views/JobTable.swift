import Printing
import Units
import Wire

/// Jobs as `gqueue` shows them to a person.
struct JobTable {
  /// Jobs that have a row together: one alone, or those of an array that wait alike.
  private struct Group {
    var first: JobRow
    var jobs: [UInt32]
    var indices: [UInt32]
  }

  /// How many runs of numbers a cell shows.
  private static let mostRuns = 6

  private let world: Surroundings
  private let today: String
  private let showsEach: Bool

  /// - Parameter showsEach: whether each job of an array has a row of its own, however it waits.
  init(_ world: Surroundings, each showsEach: Bool) {
    self.world = world
    today = world.today
    self.showsEach = showsEach
  }

  func text(_ rows: [JobRow]) -> String {
    let hasArrays = rows.contains { $0.array != nil }
    var columns: [(heading: String, side: Table.Side)] = [("JOB", .right)]
    if hasArrays { columns.append(("ARRAY", .left)) }
    columns += [
      ("NAME", .left), ("USER", .left), ("ACCOUNT", .left), ("MODE", .left), ("STATE", .left),
      ("MEMBERS", .right), ("GPUS", .right), ("SUBMITTED", .left), ("TIME", .right),
      ("LIMIT", .right), ("WHERE OR WHY", .left),
    ]
    var table = Table(columns: columns)
    for group in groups(of: rows) {
      let row = group.first
      var cells = [JobSubmission.ArraySpec.text(of: group.jobs, most: Self.mostRuns)]
      if hasArrays { cells.append(place(of: group)) }
      cells += [
        row.name, row.user, row.account, row.mode, row.state.rawValue, "\(row.members)",
        Surroundings.amount(row.accelerators), world.time(row.submitted, today: today), time(row),
        row.timeLimitMs > 0 ? Surroundings.span(row.timeLimitMs) : "", remark(row),
      ]
      table.add(cells)
    }
    return table.text
  }

  /// The rows, in order: those of an array that wait alike stand where the first of them does.
  private func groups(of rows: [JobRow]) -> [Group] {
    var groups: [Group] = []
    var placeOfKey: [JobRow: Int] = [:]
    for row in rows {
      let isWaiting = row.state == .pending || row.state == .held
      var key = row
      if isWaiting, row.array != nil, !showsEach {
        (key.job, key.arrayIndex) = (0, nil)
        if let place = placeOfKey[key] {
          groups[place].jobs.append(row.job)
          groups[place].indices.append(row.arrayIndex ?? 0)
          continue
        }
        placeOfKey[key] = groups.count
      }
      groups.append(Group(first: row, jobs: [row.job], indices: [row.arrayIndex ?? 0]))
    }
    return groups
  }

  /// Where jobs stand in their array, as all commands read it.
  private func place(of group: Group) -> String {
    guard let array = group.first.array else { return "" }
    let indices = JobSubmission.ArraySpec.text(of: group.indices, most: Self.mostRuns)
    return group.jobs.count == 1 ? "\(array)_\(indices)" : "\(array)_[\(indices)]"
  }

  /// For how long it has run, or had run when it was over.
  private func time(_ row: JobRow) -> String {
    guard let started = row.started, row.state != .pending, row.state != .held else { return "" }
    let end = row.ended?.instant ?? world.now()
    return Surroundings.span(end.milliseconds - started.instant.milliseconds)
  }

  private func remark(_ row: JobRow) -> String {
    var parts: [String] = []
    switch row.state {
    case .pending, .held:
      if let reason = row.reason { parts.append(reason) }
      if let promised = row.promised {
        parts.append("starts about \(world.time(promised, today: today))")
      }
    case .starting, .running, .evicting, .completed:
      if let nodes = row.nodes { parts.append(nodes) }
    case .failed, .cancelled, .timedOut, .nodeFailed, .outOfMemory:
      if let code = row.exitCode { parts.append("exit code \(code)") }
      if let reason = row.reason { parts.append(reason) }
      if let nodes = row.nodes { parts.append("on \(nodes)") }
    }
    return parts.joined(separator: "; ")
  }
}
