public import Fleet
public import Units

/// Why a submission is refused at once: it could never run as it stands.
public enum JobRejection: Error, Hashable, Sendable {
  /// It asks for neither accelerators nor cores nor a whole node.
  case asksForNothing
  /// Its time limit is negative.
  case negativeTimeLimit(TimeSpan)
  /// It names an account that there is none of, or that has others below it.
  case notAnAccount(String)
  /// It names a mode that its account may not use.
  case modeNotOpen(mode: String, account: String)
  /// It names an account that is gone from the policy.
  case accountClosed(String)
  /// It names a mode that is gone from the policy.
  case modeClosed(String)
  /// It asks for more accelerators than its mode allows a job.
  case tooLarge(asked: Int, most: Int, mode: String)
  /// It asks for more time than its mode allows.
  case tooLong(asked: TimeSpan, most: TimeSpan, mode: String)
  /// It names a window that there is none of, or that is not open to its account.
  case noWindow(String, account: String)
  /// It asks for more time than the window that it asks for lasts.
  case longerThanWindow(String, asked: TimeSpan, most: TimeSpan)
  /// It is elastic, but not between one member and all.
  case elasticity(least: Int, members: Int)
  /// It asks for something that the policy's way of backfill knows nothing of.
  case termNotKept(String, policy: String)
  /// It waits for a job that there is none of yet.
  case noSuchJob(JobID)
  /// Not even the empty fleet has room for it.
  case impossible(Obstacle)
}

extension JobRejection {
  /// The word that machines match on.
  public var code: String {
    switch self {
    case .asksForNothing: "asks-for-nothing"
    case .negativeTimeLimit: "negative-time-limit"
    case .notAnAccount: "not-an-account"
    case .modeNotOpen: "mode-not-open"
    case .accountClosed: "account-closed"
    case .modeClosed: "mode-closed"
    case .tooLarge: "too-large-for-mode"
    case .tooLong: "too-long-for-mode"
    case .noWindow: "no-such-window"
    case .longerThanWindow: "longer-than-reservation"
    case .elasticity: "elasticity"
    case .termNotKept: "term-not-kept"
    case .noSuchJob: "no-such-job"
    case .impossible(let obstacle): obstacle.code
    }
  }
}

extension JobRejection: CustomStringConvertible {
  public var description: String {
    switch self {
    case .asksForNothing:
      "the job asks for no accelerator and no core: ask for at least one"
    case .negativeTimeLimit(let limit):
      "the time limit is \(limit.milliseconds) ms: give a positive one"
    case .notAnAccount(let account):
      "'\(account)' is not an account that jobs are charged to: name one without others below it"
    case .modeNotOpen(let mode, let account):
      "access mode '\(mode)' is not open to '\(account)': ask for another mode"
    case .accountClosed(let account):
      "account '\(account)' is closed: ask for another account"
    case .modeClosed(let mode):
      "access mode '\(mode)' is closed: ask for another mode"
    case .tooLarge(let asked, let most, let mode):
      """
      \(asked) accelerators are more than the \(most) that mode '\(mode)' allows a job: ask for \
      \(most), or for another mode
      """
    case .tooLong(let asked, let most, let mode):
      """
      a time limit of \(asked.milliseconds / 60_000) min is longer than the \
      \(most.milliseconds / 60_000) min that mode '\(mode)' allows: ask for less, or for another \
      mode
      """
    case .noWindow(let window, let account):
      "there is no reservation '\(window)' that is open to '\(account)': leave it away"
    case .longerThanWindow(let window, let asked, let most):
      """
      a time limit of \(asked.milliseconds / 60_000) min is longer than the \
      \(most.milliseconds / 60_000) min of reservation '\(window)': ask for less
      """
    case .elasticity(let least, let members):
      "an elastic gang of \(members) members can't go on with \(least): ask for 1 to \(members)"
    case .termNotKept(let term, let policy):
      """
      policy '\(policy)' does not keep \(term): leave it away, or have the policy backfill by \
      `reserving`
      """
    case .noSuchJob(let job):
      "there is no job \(job.number) to wait for: name one that was submitted before"
    case .impossible(let obstacle): obstacle.description
    }
  }
}
