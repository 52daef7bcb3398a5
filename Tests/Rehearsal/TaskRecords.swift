import Foundation
import Wire

/// What tasks have written down themselves, and what their agents keep of them.
struct TaskRecords {
  /// One process of a member.
  struct Run: Sendable {
    var name: MemberName
    var node: String
    var process: Int
    var beganUs: Int64
    var endedUs: Int64?
    var code: Int?
  }

  /// By job, in the order in which they began.
  private(set) var runs: [UInt32: [Run]] = [:]

  /// Lines that make no sense: an end without a beginning, two ends.
  private(set) var oddities: [String] = []

  /// By node, all members that its agent has had.
  private(set) var members: [String: Set<MemberName>] = [:]

  /// Reads the records of a folder, and what agents keep in theirs.
  init(in folder: String, agents: [(node: String, folder: String)]) throws {
    let files = FileManager.default
    for file in try files.contentsOfDirectory(atPath: folder).sorted() {
      for line in try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
        .split(separator: "\n")
      { add(String(line)) }
    }
    for agent in agents {
      let past = (try? String(contentsOfFile: "\(agent.folder)/past", encoding: .utf8)) ?? ""
      let live = (try? files.contentsOfDirectory(atPath: "\(agent.folder)/members")) ?? []
      let names =
        past.split(separator: "\n").map { String($0.prefix { $0 != " " }) }
        + live.filter { files.fileExists(atPath: "\(agent.folder)/members/\($0)/marker") }
      members[agent.node] = Set(names.compactMap { Self.member($0) })
    }
  }

  /// `JOB.ATTEMPT.MEMBER`
  private static func member(_ text: String) -> MemberName? {
    let parts = text.split(separator: ".")
    guard parts.count == 3, let job = UInt32(parts[0]), let attempt = UInt16(parts[1]),
      let member = Int(parts[2])
    else { return nil }
    return MemberName(job: job, attempt: attempt, member: member)
  }

  /// `start|end JOB ATTEMPT MEMBER NODE PID MICROSECONDS CODE`
  private mutating func add(_ line: String) {
    let words = line.split(separator: " ").map(String.init)
    guard words.count == 8, let job = UInt32(words[1]), let attempt = UInt16(words[2]),
      let member = Int(words[3]), let process = Int(words[5]), let time = Int64(words[6]),
      let code = Int(words[7])
    else {
      oddities.append("a record '\(line)' that can't be read")
      return
    }
    let name = MemberName(job: job, attempt: attempt, member: member)
    guard words[0] == "end" else {
      runs[job, default: []].append(
        Run(name: name, node: words[4], process: process, beganUs: time))
      return
    }
    let index = runs[job]?.firstIndex {
      $0.name == name && $0.process == process && $0.endedUs == nil
    }
    guard let index else {
      oddities.append("an end without a beginning: '\(line)'")
      return
    }
    runs[job]?[index].endedUs = time
    runs[job]?[index].code = code
  }
}
