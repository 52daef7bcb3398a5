import Foundation
import Wire

extension JSONText {
  /// What an agent is to do: the order of a gang names thousands of members.
  mutating func put(_ batch: CommandBatch) throws {
    open()
    try put("commands", batch.commands) { try $0.put($1) }
    put("first", Int64(clamping: batch.first))
    close()
  }

  private mutating func put(_ command: AgentCommand) throws {
    guard case .launch(let launch) = command else {
      return put(json: try WireJSON.encode(command))
    }
    open()
    key("launch")
    open()
    key("_0")
    try put(launch)
    close()
    close()
  }

  private mutating func put(_ launch: GangLaunch) throws {
    open()
    if let array = launch.array { put("array", Int64(array)) }
    if let index = launch.arrayIndex { put("array_index", Int64(index)) }
    put("attempt", Int64(launch.attempt))
    put("epoch", Int64(clamping: launch.epoch))
    put("job", Int64(launch.job))
    put("master_address", launch.masterAddress)
    put("master_port", Int64(launch.masterPort))
    put("member_count", Int64(launch.memberCount))
    put(launch.members)
    put("name", launch.name)
    put("nodes", launch.nodes)
    key("task")
    put(launch.task)
    if let left = launch.timeLeftMs { put("time_left_ms", left) }
    key("user")
    put(json: try WireJSON.encode(launch.user))
    close()
  }

  /// Neighbours differ in little more than their numbers and nodes: what stands before a number is
  /// written at once.
  private mutating func put(_ members: [GangLaunch.Member]) {
    var written: (devices: [Int], text: [UInt8]) = ([], Self.before(member: []))
    put("members", members) { text, member in
      if member.devices != written.devices {
        written = (member.devices, Self.before(member: member.devices))
      }
      text.put(json: written.text)
      text.put(number: member.member)
      text.put(json: Self.beforeMemory)
      text.put(number: member.memoryMib)
      text.put(json: Self.beforeCores)
      text.put(number: member.milliCores)
      text.put("node", member.node)
      text.put("share", member.share)
      text.close()
    }
  }

  private static let beforeMemory = Array(#","memory_mib":"#.utf8)
  private static let beforeCores = Array(#","milli_cores":"#.utf8)

  private static func before(member devices: [Int]) -> [UInt8] {
    let list = devices.map { "\($0)" }.joined(separator: ",")
    return Array(#"{"devices":[\#(list)],"member":"#.utf8)
  }
}
