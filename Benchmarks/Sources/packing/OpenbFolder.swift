import Foundation
import Traces

/// The folder of openb lists, and the arrival orders beside them.
struct OpenbFolder {
  static let lists = [
    "default", "cpu050", "cpu200", "gpushare40", "gpushare100", "multigpu20", "multigpu30",
  ]
  static let seeds = 42...46

  private let folder: URL

  /// The folder `openb` of MUSTER_TRACES.
  init() throws {
    guard let traces = ProcessInfo.processInfo.environment["MUSTER_TRACES"] else {
      throw PackingFailure("MUSTER_TRACES names no folder; give the one that has openb in it")
    }
    folder = URL(filePath: traces).appending(path: "openb")
  }

  func nodes() throws -> [OpenbNode] {
    try OpenbNode.read(path: folder.appending(path: "openb_node_list_gpu_node.csv.gz").path)
  }

  func pods(_ list: String) throws -> [OpenbPod] {
    try OpenbPod.read(path: folder.appending(path: "openb_pod_list_\(list).csv.gz").path)
  }

  func order(_ list: String, seed: Int, of count: Int) throws -> [Int] {
    let path = folder.appending(path: "orders/\(list).seed\(seed).txt.gz").path
    return try OpenbPod.readOrder(path: path, of: count)
  }
}
