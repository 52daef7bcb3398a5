import Accounts
import Cluster
import Fleet
import Policy
import Units

/// Measures the energy that jobs took, as the policy's power rules reckon it.
public struct EnergyMetrics: Sendable {
  /// By site, in the fleet's order: milliwatt-milliseconds.
  private var sites: [Int128]

  /// By account: those of its own jobs.
  private var accounts: [Int128]

  private let meter: PowerMeter

  init(state: ClusterState) {
    meter = state.holdings.power
    sites = Array(repeating: 0, count: meter.siteCount)
    accounts = Array(repeating: 0, count: state.policy.accounts.count)
  }

  /// An allocation was held for so long.
  mutating func held(
    _ allocation: Allocation, for span: TimeSpan, by account: Int, on topology: Topology
  ) {
    for (site, draw) in meter.draw(of: allocation, on: topology).enumerated() {
      let energy = Int128(draw) * Int128(span.milliseconds)
      sites[site] += energy
      accounts[account] += energy
    }
  }

  /// By site: kWh.
  public var siteKilowattHours: [Double] { sites.map(Self.kilowattHours) }

  /// By account, without those below it: kWh.
  public var accountKilowattHours: [Double] { accounts.map(Self.kilowattHours) }

  private static func kilowattHours(_ energy: Int128) -> Double { Double(energy) / 3.6e12 }
}
