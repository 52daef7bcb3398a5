/// What the members of a gang run.
public struct TaskSpec: Hashable, Codable, Sendable {
  /// The script, as it was when it was submitted; its first line names what reads it.
  public var script: String

  /// What comes behind the script.
  public var arguments: [String] = []

  /// The environment that it is started in, beside what Muster adds.
  public var environment: [String: String] = [:]

  /// Where it is started.
  public var directory: String

  /// Where its output goes; `%j` job, `%a` array index, `%t` member, `%N` node, `%x` name, `%u`
  /// user, `%%` a percent sign.
  public var output = "muster-%j.out"

  /// Where its errors go; nil: with its output.
  public var errors: String?

  /// Whether it appends to what is in these files.
  public var appends = false

  /// How many processes each member has.
  public var tasksPerMember = 1

  /// The signal that tells it to make a checkpoint, and how long before its time limit it is sent.
  ///
  /// An eviction sends it at once, and waits for the grace of the mode.
  public var checkpointSignal: SignalAhead?

  /// A signal that it is sent some time before its time limit.
  public var warning: SignalAhead?

  /// A signal, such as `USR2`, and how long ahead of an end it is sent.
  public struct SignalAhead: Hashable, Codable, Sendable {
    /// Its name, without `SIG`.
    public var signal: String
    /// How long before the end.
    public var aheadMs: Int64

    /// A signal ahead of an end.
    public init(signal: String, aheadMs: Int64) {
      self.signal = signal
      self.aheadMs = aheadMs
    }
  }

  /// A script that is started in a directory.
  public init(script: String, directory: String) {
    self.script = script
    self.directory = directory
  }
}

extension TaskSpec {
  public init(from decoder: any Decoder) throws {
    let box = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      script: try box.decode(String.self, forKey: .script),
      directory: try box.decode(String.self, forKey: .directory))
    arguments = try box.decodeIfPresent([String].self, forKey: .arguments) ?? []
    environment = try box.decodeIfPresent([String: String].self, forKey: .environment) ?? [:]
    output = try box.decodeIfPresent(String.self, forKey: .output) ?? output
    errors = try box.decodeIfPresent(String.self, forKey: .errors)
    appends = try box.decodeIfPresent(Bool.self, forKey: .appends) ?? false
    tasksPerMember = try box.decodeIfPresent(Int.self, forKey: .tasksPerMember) ?? 1
    checkpointSignal = try box.decodeIfPresent(SignalAhead.self, forKey: .checkpointSignal)
    warning = try box.decodeIfPresent(SignalAhead.self, forKey: .warning)
  }
}
