public import Fleet
public import Jobs
public import Units

extension ClusterState {
  /// Lets the job that came last have asked for something else from the beginning.
  ///
  /// For trials of one request after the other: where nobody else holds this state nothing is
  /// copied but the mix, however many jobs there are.
  ///
  /// - Parameter mix: the requests seen before it came.
  /// - Precondition: it waits, and nobody came after it.
  public mutating func restate(_ id: JobID, as request: JobRequest, after mix: RequestMix) {
    precondition(nextJob.number == id.number + 1, "job \(id.number) is not the last")
    self.mix = mix
    self.mix.note(request.shape, on: occupancy)
    jobs.update(id) {
      precondition($0.lifecycle.isPending, "job \(id.number) does not wait")
      $0.request = request
    }
  }
}
