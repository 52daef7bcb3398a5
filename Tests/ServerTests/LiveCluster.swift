import Control
import Fleet
import Foundation
import Jobs
import Server
import Store
import Synchronization
import Units

/// A controller over a store in a folder of its own, whose effects are written down.
final class LiveCluster: Sendable {
  static let fleet = """
    fleet: two
    node-types:
      big: {model: h100, accelerators: 8, cores: 64, memory: 64 GiB}
    type: big
    nodes: n[0-1]
    """

  static let policy = """
    policy: test
    order: fair-share
    backfill: reserving
    accounts:
      name: team
      users:
        ada: {weight: 1}
        grace: {weight: 1}
    modes:
      train: {longest-time: 1 d}
    """

  static let beginning = Controller.Beginning(
    fleet: NamedText(name: "fleet.yaml", text: fleet),
    policy: NamedText(name: "policy.yaml", text: policy))

  private let folder: TemporaryFolder
  let clock: ManualClock
  let controller: Controller
  let record = Record()

  /// Opens the cluster of a folder, or makes it.
  init(
    in folder: TemporaryFolder, clock: ManualClock = ManualClock(),
    options: SQLiteStore.Options = SQLiteStore.Options()
  ) throws {
    self.clock = clock
    self.folder = folder
    controller = try Controller.open(
      in: folder.url.path, beginning: { Self.beginning }, options: options, clock: { _ in clock })
    controller.start([record]) { [record] error in record.note("stopped: \(error.code)") }
  }

  deinit { controller.close() }

  /// A job of one node's whole accelerators, charged to ada.
  static func request(accelerators: Int = 8, members: Int = 1) -> JobRequest {
    let shape = GangShape(
      members: members, member: MemberShape(accelerators: accelerators, cores: 0))
    var request = JobRequest(shape: shape, timeLimit: .seconds(3600))
    request.account = AccountID(1)
    return request
  }
}

/// What a controller has had done, in order, as lines.
final class Record: Performer {
  private let lines = Mutex<[String]>([])

  func note(_ line: String) { lines.withLock { $0.append(line) } }

  var all: [String] { lines.withLock { $0 } }

  func perform(_ aftermath: Aftermath) {
    for effect in aftermath.effects {
      switch effect {
      case .accepted(let job): note("accepted \(job.number)")
      case .launch(let job, let attempt, let allocation):
        note("launch \(job.number).\(attempt.number) on \(allocation.slices.count)")
      case .terminate(let job, let attempt): note("terminate \(job.number).\(attempt.number)")
      default: break
      }
    }
  }
}

extension GangShape {
  init(members: Int, member: MemberShape) {
    self.init(
      members: members, member: member, rest: nil, closeness: .closest, eligibility: nil)
  }
}
