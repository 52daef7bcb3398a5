import Fleet
import Foundation
import Policy
import Simulation
import Traces

extension Benchmark {
  /// The benchmarks, in the order in which they run.
  static let all: [Benchmark] = [
    replay(
      "replay-ricc-easy", "RICC, 447,794 jobs on 1024x8, fcfs+easy; counted: the first 60,000",
      ricc, nodes: 1024, accelerators: 8, policy: "fcfs+easy", counted: 60_000),
    replay(
      "replay-philly-easy", "Philly, 82,247 jobs on 66x8, fcfs+easy; counted: the first 30,000",
      "philly/philly_pollux.csv.gz", nodes: 66, accelerators: 8, policy: "fcfs+easy",
      counted: 30_000),
    replay(
      "replay-sdsc-conservative",
      "SDSC-SP2, 67,620 jobs on 128x1, fcfs+conservative; counted: the first 5,000",
      "swf/SDSC-SP2-derived.swf.gz", nodes: 128, accelerators: 1, policy: "fcfs+conservative",
      counted: 5_000),
    Benchmark(
      name: "read-ricc", abstract: "read RICC, and nothing else; counted: all of it", trace: ricc
    ) { path, _ in
      {
        let trace = try Trace.read(path: path)
        return Product(jobs: trace.jobs.count, digest: "\(trace.jobs.count) jobs")
      }
    },
    Benchmark(
      name: "occupancy-place",
      abstract: "place and give back gangs of 1 to 512 on 12,500 x 8 that are 90 % full; "
        + "counted: a tenth"
    ) { _, size in
      var churn = try PlacementChurn(seed: 1)
      return { churn.run(gangs: size == .full ? 1_000_000 : 100_000) }
    },
    placement("place-1-accelerator", "1 accelerator", .accelerators(1, perNode: 8)),
    placement(
      "place-1-node", "1 node", .accelerators(8, perNode: 8), [.empty, .half, .nineTenths]),
    placement(
      "place-128-nodes", "128 nodes in one pod",
      GangShape.accelerators(1024, perNode: 8).with(.within(.pod)), [.empty, .half]),
    placement(
      "place-1250-nodes", "1,250 nodes over pods", .accelerators(10_000, perNode: 8),
      [.empty, .half, .nineTenths]),
    placement(
      "place-no-room", "128 nodes in one pod, where there is no room",
      GangShape.accelerators(1024, perNode: 8).with(.within(.pod)), [.nineTenths, .fragmented]),
    clearing("clear-1-node", "1 node", .accelerators(8, perNode: 8), full: 1_000, counted: 10),
    clearing(
      "clear-500-nodes", "500 nodes", .accelerators(4000, perNode: 8), full: 50, counted: 1),
    clearing(
      "clear-500-in-pod", "500 nodes in one pod",
      GangShape.accelerators(4000, perNode: 8).with(.within(.pod)), full: 50, counted: 1),
    Benchmark(
      name: "fill-12500", abstract: "fill 12,500 x 8 with jobs of one node; counted: once"
    ) { _, size in try PlacementStream.fill(times: size == .full ? 100 : 1) },
    Benchmark(
      name: "pack-openb",
      abstract: "fill 1,213 nodes with openb's default list by muster; counted: the first 30 %",
      trace: "openb/openb_pod_list_default.csv.gz"
    ) { path, size in
      let folder = URL(filePath: path).deletingLastPathComponent().path
      let pods = try OpenbPod.read(path: path)
      let fill = try FillProtocol(
        nodes: try OpenbNode.read(path: "\(folder)/openb_node_list_gpu_node.csv.gz"), pods: pods,
        order: try OpenbPod.readOrder(
          path: "\(folder)/orders/default.seed42.txt.gz", of: pods.count),
        nodeOrder: .name)
      return {
        let result = fill.run(.muster, seed: 1, until: size == .full ? 130 : 30)
        return Product(jobs: result.pods, digest: "\(result.allocated)")
      }
    },
    Benchmark(
      name: "generated-easy",
      abstract: "20,000 Philly-like jobs at a load of 95 % on 64x8, fcfs+easy; counted: all of it"
    ) { _, _ in
      let jobs = PhillyLikeWorkload(jobs: 20_000, accelerators: 512, loadPercent: 95)
        .generate(seed: 1)
      return try replay(jobs[...], nodes: 64, accelerators: 8, policy: "fcfs+easy")
    },
  ]

  private static let ricc = "swf/RICC-2010-2.swf.gz"

  private static func placement(
    _ name: String, _ what: String, _ shape: GangShape,
    _ fills: [PlacementStream.Fill] = PlacementStream.Fill.allCases
  ) -> Benchmark {
    Benchmark(
      name: name, abstract: "place and give back \(what) on 12,500 x 8; counted: 1,200 times"
    ) { _, size in
      var stream = try PlacementStream(shape, fills: fills)
      return { stream.run(gangs: size == .full ? 120_000 : 1_200) }
    }
  }

  private static func clearing(
    _ name: String, _ what: String, _ shape: GangShape, full: Int, counted: Int
  ) -> Benchmark {
    Benchmark(
      name: name,
      abstract: "choose who goes for \(what) among 20,000 jobs on 12,500 x 8; "
        + "counted: \(counted) of \(full) times"
    ) { _, size in
      let stream = try ClearingStream(shape)
      return { stream.run(times: size == .full ? full : counted) }
    }
  }

  private static func replay(
    _ name: String, _ abstract: String, _ trace: String, nodes: Int, accelerators: Int,
    policy: String, counted: Int
  ) -> Benchmark {
    Benchmark(name: name, abstract: abstract, trace: trace) { path, size in
      let trace = try Trace.read(path: path, limit: size == .full ? nil : counted)
      return try replay(trace.jobs[...], nodes: nodes, accelerators: accelerators, policy: policy)
    }
  }

  private static func replay(
    _ jobs: ArraySlice<TraceJob>, nodes: Int, accelerators: Int, policy: String
  ) throws -> Work {
    guard let policy = ClusterPolicy.builtIn(named: policy) else {
      preconditionFailure("no policy is named \(policy)")
    }
    let topology = try Topology.flat(nodes: nodes, accelerators: accelerators)
    let replay = Replay(topology: topology, policy: policy, overruns: .raise)
    return {
      let log = DecisionLog()
      let result = replay.run(jobs, log: log)
      return Product(jobs: result.metrics.counts.submitted, digest: try log.finish())
    }
  }
}
