import Fleet
import Jobs

extension JobSubmission {
  /// Reads a submission as `gsub` writes it, where it asks for no more than most do. O(bytes)
  ///
  /// - Returns: nil where it asks for more or is written otherwise, as `WireJSON` may read it.
  public init?(line: ArraySlice<UInt8>) {
    var reader = PlainReader(line)
    guard reader.open() else { return nil }
    let account = reader.text(.account)
    let array = ArraySpec(&reader)
    guard let gang = GangSpec(&reader) else { return nil }
    let mode = reader.text(.mode)
    let name = reader.text(.name) ?? "job"
    guard let task = TaskSpec(.task, &reader) else { return nil }
    self.init(name: name, gang: gang, task: task)
    (self.account, self.mode, self.array) = (account, mode, array)
    if let terms = Terms(&reader) { self.terms = terms }
    timeLimitMs = reader.whole(.timeLimitMs, as: Int64.self)
    guard reader.close(), reader.isAtEnd else { return nil }
  }
}

extension JobSubmission.ArraySpec {
  fileprivate init?(_ reader: inout PlainReader) {
    guard reader.open(.array) else { return nil }
    let indices = reader.value(.indices) { Self.indices(inRuns: $0) }
    self.init(indices: indices ?? [], throttle: reader.whole(.throttle, as: Int.self))
    if indices == nil || !reader.close() { reader.lose() }
  }
}

extension GangSpec {
  fileprivate init?(_ reader: inout PlainReader) {
    guard reader.open(.gang) else { return nil }
    self.init()
    isExclusive = reader.flag(.exclusive) ?? false
    accelerators = reader.value(.gpus) { Accelerators($0) }
    perMember = reader.value(.gpusPerMember) { Accelerators($0) }
    leastMembers = reader.whole(.leastMembers, as: Int.self)
    members = reader.whole(.members, as: Int.self)
    let memory = reader.whole(.memoryMib, as: Int.self) ?? 0
    let milliCores = reader.whole(.milliCores, as: Int.self) ?? 0
    closeness.required = reader.value(.within) { text in
      DomainLevel.allCases.first { $0.description == text }
    }
    guard reader.close(), (0...NodeType.mostCores * 1000).contains(milliCores),
      (0...NodeType.mostMemory).contains(memory)
    else { return nil }
    host = HostShare(milliCores: milliCores, memory: memory)
  }
}

extension JobSubmission.Terms {
  fileprivate init?(_ reader: inout PlainReader) {
    guard reader.open(.terms) else { return nil }
    self.init()
    begin = reader.moment(.begin)
    checkpointEveryMs = reader.whole(.checkpointEveryMs, as: Int64.self)
    deadline = reader.moment(.deadline)
    if reader.openList(.dependencies) { readDependencies(&reader) }
    isHeldBack = reader.flag(.isHeldBack) ?? false
    reservation = reader.text(.reservation)
    if !reader.close() { reader.lose() }
  }

  private mutating func readDependencies(_ reader: inout PlainReader) {
    var isOver = reader.isListOver()
    while isOver == false {
      guard reader.open(),
        let condition = reader.value(.condition, JobSubmission.Dependency.Condition.init),
        let job = reader.whole(.job, as: UInt32.self), reader.close()
      else { return reader.lose() }
      dependencies.append(JobSubmission.Dependency(condition, job))
      isOver = reader.isListOver()
    }
    if isOver == nil { reader.lose() }
  }
}

extension TaskSpec {
  /// Reads what runs as it is written, on its own. O(bytes)
  ///
  /// - Returns: nil where it is written otherwise, as `WireJSON` may read it.
  public init?(line: ArraySlice<UInt8>) {
    var reader = PlainReader(line)
    guard reader.open() else { return nil }
    self.init(&reader)
    guard reader.isAtEnd else { return nil }
  }

  fileprivate init?(_ key: PlainKey, _ reader: inout PlainReader) {
    guard reader.open(key) else { return nil }
    self.init(&reader)
  }

  /// What stands in an object that is open.
  private init?(_ reader: inout PlainReader) {
    let appends = reader.flag(.appends) ?? false
    let arguments = reader.texts(.arguments) ?? []
    let checkpointSignal = SignalAhead(.checkpointSignal, &reader)
    guard let directory = reader.text(.directory) else { return nil }
    let environment = reader.map(.environment) ?? [:]
    let errors = reader.text(.errors)
    let output = reader.text(.output)
    guard let script = reader.text(.script) else { return nil }
    self.init(script: script, directory: directory)
    (self.appends, self.arguments, self.environment) = (appends, arguments, environment)
    (self.errors, self.checkpointSignal) = (errors, checkpointSignal)
    if let output { self.output = output }
    if let count = reader.whole(.tasksPerMember, as: Int.self) { tasksPerMember = count }
    warning = SignalAhead(.warning, &reader)
    guard reader.close() else { return nil }
  }
}

extension TaskSpec.SignalAhead {
  fileprivate init?(_ key: PlainKey, _ reader: inout PlainReader) {
    guard reader.open(key) else { return nil }
    guard let aheadMs = reader.whole(.aheadMs, as: Int64.self),
      let signal = reader.text(.signal), reader.close()
    else {
      reader.lose()
      return nil
    }
    self.init(signal: signal, aheadMs: aheadMs)
  }
}
