import Wire

extension JSONText {
  /// What runs: it is kept with each submission, and sent with each launch.
  mutating func put(_ task: TaskSpec) {
    open()
    put("appends", task.appends)
    put("arguments", task.arguments)
    if let signal = task.checkpointSignal { put("checkpoint_signal", signal) }
    put("directory", task.directory)
    key("environment")
    open()
    for (name, value) in task.environment.sorted(by: { $0.key < $1.key }) {
      put(named: name, value)
    }
    close()
    if let errors = task.errors { put("errors", errors) }
    put("output", task.output)
    put("script", task.script)
    put("tasks_per_member", Int64(task.tasksPerMember))
    if let warning = task.warning { put("warning", warning) }
    close()
  }

  private mutating func put(_ name: String, _ signal: TaskSpec.SignalAhead) {
    key(name)
    open()
    put("ahead_ms", signal.aheadMs)
    put("signal", signal.signal)
    close()
  }

  /// What a submission came to.
  mutating func put(_ reply: SubmissionReply) {
    open()
    put("count", Int64(reply.count))
    put("job", Int64(reply.job))
    close()
  }
}
