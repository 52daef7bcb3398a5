import Cluster
import Control
import Foundation
import Jobs
import Scheduling
import Testing
import Units

@Suite struct `An explanation` {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Golden/Explanations")

  @Test(arguments: Situation.all) func `reads as it did`(situation: Situation) throws {
    let (job, scene) = try situation.scene()
    let explanation = scene.machine.explain(job, at: scene.now)
    let text = explanation.text(ExplanationWording(scene.machine.state, at: scene.now))
    let file = Self.folder.appending(path: "\(situation.name).txt")
    if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
      try text.write(to: file, atomically: true, encoding: .utf8)
    }
    #expect(text == (try String(contentsOf: file, encoding: .utf8)), "UPDATE_GOLDEN=1 rewrites it")
  }

  @Test func `has a golden text for each situation, and no other`() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path())
    #expect(files.sorted() == Situation.all.map { "\($0.name).txt" }.sorted())
  }

  @Test(arguments: Situation.all)
  func `suggests only what starts the job at once`(situation: Situation) throws {
    let (job, scene) = try situation.scene()
    for suggestion in scene.machine.explain(job, at: scene.now).suggestions {
      #expect(scene.starts(suggestion.request, insteadOf: job), "\(suggestion.change)")
    }
  }

  @Test(arguments: Situation.all)
  func `names a cause wherever a job waits`(situation: Situation) throws {
    let (job, scene) = try situation.scene()
    let explanation = scene.machine.explain(job, at: scene.now)
    guard case .waiting = explanation.standing else { return }
    #expect(!explanation.causes.isEmpty)
    #expect(explanation.estimate != nil)
    #expect(explanation.estimate != .now)
  }

  @Test func `of some situation shows each kind of cause, and of change`() throws {
    var causes: [Verdict.Kind] = []
    var changes: [Suggestion.Change.Kind] = []
    for situation in Situation.all {
      let (job, scene) = try situation.scene()
      let explanation = scene.machine.explain(job, at: scene.now)
      for cause in explanation.causes { causes.append(cause.kind) }
      for found in explanation.suggestions { changes.append(found.change.kind) }
    }
    #expect(Verdict.Kind.allCases.filter { !causes.contains($0) } == [])
    #expect(Suggestion.Change.Kind.allCases.filter { !changes.contains($0) } == [])
  }
}

extension Scene {
  /// Whether a request starts that is submitted as soon as a job is taken back.
  func starts(_ request: JobRequest, insteadOf job: JobID) -> Bool {
    var scene = self
    scene.give(.cancel(job))
    let id = scene.submit(request)
    return scene.isRunning(id)
  }
}
