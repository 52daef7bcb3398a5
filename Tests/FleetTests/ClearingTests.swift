import Fleet
import Testing
import Units

@Suite struct `The room that is cleared for a gang` {
  static let kinds: [ClearingFixture.Kind] = [
    .init(isShared: false), .init(), .init(accelerators: 4), .init(isElastic: true),
    .init(accelerators: 4, isElastic: true, isShared: false),
  ]

  @Test(arguments: kinds, 0..<200)
  func `costs least of all that could be done`(
    kind: ClearingFixture.Kind, seed: UInt64
  ) throws {
    let fixture = try ClearingFixture(seed: seed, kind)
    var random = SeededGenerator(seed: seed &+ 1000)
    for aim in [ClearingAim.leastLoss, .fewestVictims] {
      let shape = ClearingFixture.shape(kind, &random)
      let clearing = fixture.occupancy.clearing(for: shape, among: fixture.candidates, by: aim)
      let best = fixture.occupancy.leastCost(of: shape, among: fixture.candidates, by: aim)
      #expect((clearing == nil) == (best == nil), "\(shape)")
      guard let clearing, let best else { continue }
      #expect(ClearingCost(aim, clearing, fixture.candidates) == best, "\(shape)")
      let flaw = fixture.occupancy.flaw(of: clearing, for: shape, among: fixture.candidates)
      #expect(flaw == nil)
    }
  }

  @Test(arguments: kinds, 0..<100)
  func `is free once the youngest have gone, none of them in vain`(
    kind: ClearingFixture.Kind, seed: UInt64
  ) throws {
    let fixture = try ClearingFixture(seed: seed, kind)
    var random = SeededGenerator(seed: seed &+ 2000)
    let shape = ClearingFixture.shape(kind, &random)
    let clearing = fixture.occupancy.clearing(
      for: shape, among: fixture.candidates, by: .youngestFirst)
    let best = fixture.occupancy.leastCost(
      of: shape, among: fixture.candidates, by: .fewestVictims)
    // Whoever shrinks nobody may have less room to give.
    if best == nil { #expect(clearing == nil) }
    guard let clearing else { return }
    #expect(clearing.shrunk.isEmpty)
    let flaw = fixture.occupancy.flaw(of: clearing, for: shape, among: fixture.candidates)
    #expect(flaw == nil)
  }
}
