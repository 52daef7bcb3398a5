import Accounts
import Cluster
import Codec
import Control
import Dispatch
import Fleet
import Foundation
import Jobs
import Policy
import PolicyFiles
import Store
import Synchronization
import Units
import Wire

/// The cluster: nodes, accounts, history, policy and fleet.
extension API {
  static let readers = DispatchQueue(label: "readers", attributes: .concurrent)

  // MARK: Nodes

  func nodes(_ call: Call) -> Response {
    let rows = NodeRows(state, hub)
    let next = Mutex(0)
    return Reply.rows { text in
      next.withLock { next in
        while next < rows.count, text.bytes.count < 64_000 {
          text.put(rows.row(at: next))
          text.endLine()
          next += 1
        }
        return next < rows.count
      }
    }
  }

  func changeNodes(_ call: Call) async throws(Refusal) -> Response {
    let change = try await call.message(NodeChange.self)
    let list: Hostlist
    do { list = try Hostlist(parsing: change.nodes) } catch {
      throw Refusal("bad-hostlist", "\(error)", where: "nodes", fix: "write it as n[00-03],m7")
    }
    let topology = state.topology
    guard let indices = topology.indices(of: list) else {
      throw Refusal(
        "no-such-node", "not all of '\(change.nodes)' are nodes of the fleet", where: "nodes",
        fix: "see 'gnodes' for those there are")
    }
    let condition: NodeCondition =
      switch change.action {
      case .cordon: .cordoned
      case .drain: .drained
      case .resume: .inService
      }
    let ids = indices.map { topology.nodes[$0].id }
    let reason = change.action == .resume ? "" : change.reason ?? ""
    let note = NodeNote.wanted(condition, reason: reason)
    let answer = await controller.tell(
      Telling(.noted(ids.sorted(), note), from: call.caller.author))
    if case .stopped(let error) = answer { throw Refusal(stopped: error) }
    return try Reply.message(change)
  }

  // MARK: Accounts

  func accounts(_ call: Call) throws(Refusal) -> Response {
    let (state, now) = (state, controller.clock.now())
    var bytes: [UInt8] = []
    for row in AccountRows.all(state, at: now) {
      do { bytes += try WireJSON.encode(row) } catch {
        throw Refusal("bad-answer", "an account can't be written: \(error)", fix: "report this")
      }
      bytes.append(UInt8(ascii: "\n"))
    }
    return Reply.text(bytes, type: "application/jsonl")
  }

  func history(_ call: Call) throws(Refusal) -> Response {
    let state = self.state
    let filter = try JobFilter(call, state.policy.accounts)
    let rows = JobRows(state, board, starting: [])
    let pages = KeptPages(filter, self)
    let user = call.text("user")
    return Reply.rows { text in
      let page = try await pages.next()
      for kept in page {
        let row = rows.row(kept)
        guard filter.isVisible(owner: row.user, account: kept.record.account),
          user == nil || row.user == user
        else { continue }
        text.put(
          HistoryRow(
            job: row, chargedHours: Double(kept.record.charged) / 3_600_000,
            evictions: kept.record.evictions))
        text.endLine()
      }
      return !page.isEmpty
    }
  }

  // MARK: Policy and fleet

  func file(_ kind: RulingFile) throws(Refusal) -> Response {
    do {
      return Reply.text(try controller.store.file(kind) ?? [], type: "application/yaml")
    } catch {
      throw Refusal("stopped", "the journal can't be read: \(error)", fix: "see the daemon's log")
    }
  }

  func reservations(_ call: Call) -> Response {
    let policy = state.policy
    let rows = policy.windows.map { window in
      ReservationRow(
        name: window.name, nodes: window.places.joined(separator: ","),
        from: Moment(window.from), untilMoment: Moment(window.until),
        accounts: window.accounts.map { policy.accounts.path(of: $0) })
    }
    let bytes = rows.compactMap { try? WireJSON.encode($0) }
      .flatMap { Array($0) + [UInt8(ascii: "\n")] }
    return Reply.text(bytes, type: "application/jsonl")
  }
}

extension Refusal {
  /// What is wrong with a policy or fleet file.
  init(_ error: PolicyFileError) {
    var place = error.file
    if let line = error.line { place += ":\(line)" }
    if let column = error.column { place += ":\(column)" }
    self.init("bad-file", error.what, where: place, fix: error.fix)
  }
}
