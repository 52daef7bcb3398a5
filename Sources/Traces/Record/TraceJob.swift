public import Units

/// One job of a trace: what a replay submits, and how long it will then run.
///
/// Traces hold hundreds of thousands of these, so it is 48 bytes, all of them in place.
public struct TraceJob: Sendable, Equatable {
  /// When the job was submitted.
  public var submitted: Instant
  /// How long it ran, which a scheduler must not know beforehand.
  public var runTime: TimeSpan
  private var requestedMilliseconds: Int64
  /// How many accelerators it held; processors in SWF, and where no job of a table held any.
  public var size: UInt32
  /// Who submitted it, by the trace's own number or `TraceNames.users`; 0 where it does not tell.
  public var user: UInt32
  /// Whom it was charged to, by `TraceNames.accounts`; 0 where the trace does not tell.
  public var account: UInt32 = 0
  /// Over how many nodes it was spread evenly; 0 where the trace does not tell.
  public var members: UInt32 = 0
  /// What else it asks for, by `TraceNames.terms`; 0 where the trace does not tell.
  public var terms: UInt32 = 0
  /// Under which access mode, by `TraceNames.modes`; 0 where the trace does not tell.
  public var mode: UInt16 = 0
  /// The one domain that had to hold it.
  public var within = TraceDomain.any
  /// How it ended.
  public var outcome = JobOutcome.unknown

  /// An optional span would take 16 bytes; no trace asks for this one.
  private static let notRequested = Int64.min

  /// A job of a trace; `requestedTime` is nil where the trace does not tell it.
  public init(
    submitted: Instant, runTime: TimeSpan, requestedTime: TimeSpan?, size: UInt32, user: UInt32 = 0
  ) {
    self.submitted = submitted
    self.runTime = runTime
    self.requestedMilliseconds = requestedTime?.milliseconds ?? Self.notRequested
    self.size = size
    self.user = user
  }

  /// How long the job asked to run; nil where the trace does not tell it.
  public var requestedTime: TimeSpan? {
    get {
      let known = requestedMilliseconds != Self.notRequested
      return known ? TimeSpan(milliseconds: requestedMilliseconds) : nil
    }
    set { requestedMilliseconds = newValue?.milliseconds ?? Self.notRequested }
  }
}
