import Fleet
import Jobs
import Units
import Wire

/// Writes the part of a gang that each of its agents starts.
struct LaunchWriter {
  /// Where gangs meet: ports below those that the kernel hands out.
  private static let ports = 20_000..<32_000

  private let job: JobID
  private let run: AgentRun
  private let epoch: UInt64
  private let names: NodeNames
  private let session: NodeTable<String?>
  private let addresses: [NodeID: String]

  init(
    _ job: JobID, _ run: AgentRun, _ epoch: UInt64, _ names: NodeNames, _ table: AgentTable
  ) {
    self.job = job
    self.run = run
    self.epoch = epoch
    self.names = names
    session = table.session
    addresses = table.addresses
  }

  /// The order of an agent that starts nobody, or that is to keep nobody; nil: no task is known.
  lazy var orderOfNobody: GangLaunch? = whole()

  /// By session, which members it has of those that the gang goes on with; nil where nobody knows
  /// what runs.
  mutating func orders(
    where isMeant: (AgentRun.Member) -> Bool = { _ in true }
  ) -> [String: GangLaunch]? {
    guard let whole = orderOfNobody else { return nil }
    let share = shareText
    var shares: [Int: [Int]] = [:]
    for hold in run.allocation.shares {
      shares[Int(hold.slice), default: []].append(Int(hold.device))
    }
    var members: [String: [GangLaunch.Member]] = [:]
    // Neighbours are mostly of one agent, and hold the same accelerators.
    var (agent, its) = ("", [GangLaunch.Member]())
    var held: (bits: UInt64, devices: [Int]) = (0, [])
    for (index, slice) in run.allocation.slices.enumerated() {
      let place = run.members[index]
      guard place.isStaying, isMeant(place), let name = session[slice.node] else { continue }
      if name != agent {
        members[agent] = its
        (agent, its) = (name, members.removeValue(forKey: name) ?? [])
      }
      if slice.accelerators != held.bits {
        held = (slice.accelerators, Self.devices(slice.accelerators))
      }
      var member = GangLaunch.Member(
        member: place.number, node: names.text(of: slice.node),
        devices: shares[index].map { held.devices + $0 } ?? held.devices,
        share: shares[index] == nil ? "1" : share)
      if !run.allocation.hosts.isEmpty {
        let host = run.allocation.hosts[index]
        (member.milliCores, member.memoryMib) = (Int(host.milliCores), Int(host.memory))
      }
      its.append(member)
    }
    members[agent] = its
    return members.filter { !$0.value.isEmpty }.mapValues { members in
      var order = whole
      order.members = members
      return order
    }
  }

  private static func devices(_ accelerators: UInt64) -> [Int] {
    var devices: [Int] = []
    var bits = accelerators
    while bits != 0 {
      devices.append(bits.trailingZeroBitCount)
      bits &= bits - 1
    }
    return devices
  }

  private func whole() -> GangLaunch? {
    guard let card = run.card, let task = card.spec.task else { return nil }
    var order = GangLaunch(
      job: job.number, attempt: run.attempt.number, epoch: epoch, user: card.spec.user,
      task: task)
    order.name = card.spec.name
    if let index = card.arrayIndex(of: job) {
      (order.array, order.arrayIndex) = (card.first.number, index)
    }
    let staying = run.members.filter(\.isStaying).map(\.node)
    let nodes = staying.map { names.name(of: $0) }
    order.nodes = "\(Hostlist(names: nodes))"
    order.memberCount = nodes.count
    if let first = staying.first { order.masterAddress = addresses[first] ?? "\(nodes[0])" }
    order.masterPort =
      Self.ports.lowerBound
      + (Int(job.number) * 7 + Int(run.attempt.number)) % Self.ports.count
    return order
  }

  /// How much of an accelerator a member has, where it has parts.
  private var shareText: String {
    guard let share = run.card?.request.shape.member.share else { return "1" }
    return GangSpec.Accelerators(count: 1, share: share).description
  }
}
