public import Accounts
public import Cluster
import Codec
import Fleet
import Foundation
import Glibc
import Policy
import Store
import Synchronization
public import Units
import Users
public import Wire

/// Makes tokens, believes them, and takes them back.
///
/// ```
/// request ─▶ may they? ─▶ journal ── durable ─▶ the token, signed
/// token ─▶ signature ─▶ dates ─▶ revoked? ─▶ who asks
/// ```
///
/// A token needs nothing beside itself and the key to be believed; that it was made, and that it
/// was revoked, stands in the journal with who did it.
public final class TokenIssuer: Sendable {
  /// A token whose signature was found good: its bearer, but for whom the machine knows today.
  private struct Genuine: Sendable {
    var claims: TokenClaims
    var nodes: Set<String>
  }

  private struct State: Sendable {
    var keys: TokenKeys
    var revoked: Set<String>
    var genuine: [String: Genuine] = [:]
  }

  let users: UserDirectory
  private let folder: String
  private let controller: Controller
  private let state: Mutex<State>

  /// The issuer of a cluster, with the keys in the journal's folder.
  ///
  /// - Throws: `Refusal` where the keys can't be read, `StoreError` where the journal can't.
  init(_ controller: Controller, users: UserDirectory = UserDirectory()) throws {
    self.controller = controller
    self.users = users
    folder = URL(filePath: controller.store.path).deletingLastPathComponent().path
    let revoked = try controller.store.tokens(expiringAfter: .distantPast)
      .filter { $0.revocation != nil }.map(\.record.id)
    state = Mutex(
      State(
        keys: try TokenKeys.open(in: folder, now: controller.clock.now()),
        revoked: Set(revoked)))
  }

  /// Reads the keys anew.
  ///
  /// - Throws: `Refusal` where they can't be read; those of before are used on.
  func reload() throws(Refusal) {
    let keys = try TokenKeys.open(in: folder, now: controller.clock.now())
    state.withLock { state in
      state.keys = keys
      state.genuine = [:]
    }
  }

  // MARK: Believing

  /// Who bears a token.
  ///
  /// - Throws: `Refusal`, `bad-token`, that says why it isn't good.
  public func caller(bearing token: String, at now: Instant) throws(Refusal) -> Caller {
    let genuine = try genuine(token)
    let claims = genuine.claims
    guard claims.issued <= now + TokenRules.skew else {
      throw bad(
        "the token was made at \(Moment(claims.issued)), and it is \(Moment(now))",
        fix: "set the clock of the daemon's machine")
    }
    guard now < claims.expires + TokenRules.skew else {
      throw bad("the token was good until \(Moment(claims.expires))", fix: Self.another)
    }
    guard !state.withLock({ $0.revoked.contains(claims.jti) }) else {
      throw bad("the token was revoked", fix: Self.another)
    }
    let user = claims.role == .agent ? nil : users.user(named: claims.sub)
    var caller = Caller(
      name: claims.sub, uid: user?.uid, gid: user?.gid, role: claims.role,
      account: claims.account)
    caller.proof = .token
    caller.nodes = genuine.nodes
    return caller
  }

  private static let another =
    "make another: 'gctl token' on the daemon's machine, or ask an operator"

  private func bad(_ what: String, fix: String) -> Refusal {
    Refusal("bad-token", what, where: "Authorization", fix: fix)
  }

  private func genuine(_ token: String) throws(Refusal) -> Genuine {
    let (known, keys) = state.withLock { ($0.genuine[token], $0.keys) }
    if let known { return known }
    guard let claims = keys.claims(of: token) else {
      throw bad("this is no token of this cluster's", fix: Self.another)
    }
    let nodes = claims.role == .agent ? try TokenRules.nodes(in: claims.sub) : []
    let genuine = Genuine(claims: claims, nodes: nodes)
    state.withLock { state in
      // Keys that were read anew meanwhile have the last word.
      guard state.keys.keys.contains(where: { token.hasPrefix($0.header) }) else { return }
      if state.genuine.count >= TokenRules.mostRemembered { state.genuine = [:] }
      state.genuine[token] = genuine
    }
    return genuine
  }

  // MARK: Making

  /// Makes a token, once that is in the journal.
  ///
  /// - Throws: `Refusal` where the caller may not, or nothing of that kind can be made.
  public func issue(
    _ request: TokenRequest, by caller: Caller, in cluster: ClusterState
  ) async throws(Refusal) -> Token {
    let subject = try subject(of: request, in: cluster)
    let deed = Permissions.Deed.issueToken(
      subject: subject, role: request.role, isPrivileged: isPrivileged(subject, request.role))
    if let refusal = Permissions.refusal(of: deed, by: caller, in: cluster.policy.accounts) {
      throw refusal
    }
    // A token tells time in seconds.
    let second = controller.clock.now().milliseconds / 1000
    let claims = TokenClaims(
      iss: state.withLock { $0.keys.cluster }, sub: subject, role: request.role,
      account: request.account, iat: second, exp: second + request.lifetimeMs / 1000,
      jti: RandomName.make())
    let token = try state.withLock { $0.keys }.sign(claims)
    try await keep(.issued(TokenRecord(claims)), by: caller)
    return Token(token: token, id: claims.jti, expires: Moment(claims.expires))
  }

  /// Who the token is for, written in one way.
  private func subject(
    of request: TokenRequest, in cluster: ClusterState
  ) throws(Refusal) -> String {
    let longest = TokenRules.longestLife.milliseconds
    guard (TokenRules.shortestLife.milliseconds...longest).contains(request.lifetimeMs) else {
      throw Refusal(
        "bad-lifetime", "\(request.lifetimeMs) ms is no lifetime of a token", where: "lifetime_ms",
        fix: "ask for a minute to 366 days")
    }
    guard (request.role == .coordinator) == (request.account != nil) else {
      throw Refusal(
        "bad-account", "an account belongs to a coordinator's token, and to no other",
        where: "account", fix: "give both or neither: --role coordinator --account PATH")
    }
    if let path = request.account {
      let tree = cluster.policy.accounts
      guard path == tree[.root].name || tree.account(path: path) != nil else {
        throw Refusal(
          "no-such-account", "there is no one account '\(path)'", where: "account",
          fix: "name one as 'gshare' lists it, by its whole path")
      }
    }
    let subject = request.subject
    guard subject.utf8.count <= TokenRules.longestSubject else {
      throw Refusal(
        "bad-subject", "the name has \(subject.utf8.count) bytes", where: "subject",
        fix: "give one of at most \(TokenRules.longestSubject)")
    }
    guard request.role == .agent else {
      guard TokenRules.isUserName(subject) else {
        throw Refusal(
          "bad-subject", "'\(subject)' is no user's name", where: "subject",
          fix: "give a name as 'id -un' prints it")
      }
      return subject
    }
    return try hostlist(subject, in: cluster)
  }

  private func hostlist(_ text: String, in cluster: ClusterState) throws(Refusal) -> String {
    _ = try TokenRules.nodes(in: text)
    guard let list = try? Hostlist(parsing: text), !list.names.isEmpty,
      cluster.topology.indices(of: list) != nil
    else {
      throw Refusal(
        "no-such-node", "not all of '\(text)' are nodes of the fleet", where: "subject",
        fix: "see 'gnodes' for those there are")
    }
    return "\(list)"
  }

  /// Whether whoever bears the token is root, or the daemon's own user, on this machine.
  private func isPrivileged(_ subject: String, _ role: Role) -> Bool {
    guard role != .agent, let user = users.user(named: subject) else { return false }
    return user.uid == 0 || user.uid == geteuid()
  }

  // MARK: Taking back

  /// The tokens that are not over and that a caller may know of.
  func tokens(
    of subject: String?, for caller: Caller, in tree: AccountTree
  ) throws(Refusal) -> [KeptToken] {
    let now = controller.clock.now()
    do throws(StoreError) {
      return try controller.store.tokens(of: subject, expiringAfter: now).filter { token in
        refusal(ofReaching: token, by: caller, in: tree) == nil
      }
    } catch { throw Refusal(stopped: error) }
  }

  private func refusal(
    ofReaching token: KeptToken, by caller: Caller, in tree: AccountTree
  ) -> Refusal? {
    Permissions.refusal(
      of: .reachToken(
        subject: token.record.subject, role: Role(rawValue: token.record.role) ?? .administrator),
      by: caller, in: tree)
  }

  /// Takes tokens back, once that is in the journal: by their numbers, or all of somebody's.
  ///
  /// - Throws: `Refusal` where there is no such token, or the caller may not.
  ///
  /// - Returns: the numbers of all that are no longer good.
  @discardableResult
  public func revoke(
    _ request: TokenRevocation, by caller: Caller, in tree: AccountTree
  ) async throws(Refusal) -> [String] {
    let all = try tokens(of: request.subject, for: caller, in: tree)
    var ids: [String] = []
    for id in request.ids {
      guard all.contains(where: { $0.record.id == id }) else {
        throw Refusal(
          "no-such-token", "there is no token '\(id)' that is good, or it is not yours",
          where: "ids", fix: "see 'gctl token list' for those there are")
      }
      ids.append(id)
    }
    if request.ids.isEmpty, request.subject != nil {
      ids = all.filter { $0.revocation == nil }.map(\.record.id)
    }
    guard !ids.isEmpty else { return [] }
    try await keep(.revoked(ids), by: caller)
    state.withLock { $0.revoked.formUnion(ids) }
    return ids
  }

  private func keep(_ change: TokenChange, by caller: Caller) async throws(Refusal) {
    let answer = await controller.keep(.tokens(change), from: caller.author)
    if case .stopped(let error) = answer { throw Refusal(stopped: error) }
  }
}

extension TokenRecord {
  fileprivate init(_ claims: TokenClaims) {
    self.init(
      id: claims.jti, subject: claims.sub, role: claims.role.rawValue, account: claims.account,
      issued: claims.issued, expires: claims.expires)
  }
}
