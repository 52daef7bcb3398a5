import NIOCore

/// Runs tasks on a connection's event loop.
///
/// Swift's own threads would be woken for each step of a request, and the loop for each of its
/// answers: in a small request that is most of what it costs.
final class LoopExecutor: TaskExecutor {
  private let loop: any EventLoop

  init(_ loop: any EventLoop) { self.loop = loop }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    // The loop holds the executor until the job has run.
    loop.execute { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
