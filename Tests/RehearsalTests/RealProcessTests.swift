import Foundation
import MemoryGroups
import Rehearsal
import Testing
import Wire

extension `The real programs` {
  /// What a person types, and what processes on several nodes then do.
  @Suite(.timeLimit(.minutes(20))) final class `with a gang of real processes` {
    private let cluster: RealCluster

    init() async throws { cluster = try await apart { try RealCluster(nodes: 3) } }

    deinit { cluster.stage.close() }

    /// Submits a script and waits for its end; the code that gsub leaves.
    private func run(_ options: String..., script: String) async throws -> Int32 {
      try await apart { [cluster] in try cluster.run(options, script: script) }
    }

    private func type(_ command: String, _ arguments: String...) async throws -> String {
      try await apart { [cluster] in try cluster.type(command, arguments).words }
    }

    private func texts(of files: [String]) async throws -> [String] {
      try await apart { [cluster] in try cluster.texts(of: files) }
    }

    /// Whether a process is there, by the number in a file's text.
    private func lives(_ text: String) -> Bool {
      Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)).map { kill($0, 0) == 0 } ?? false
    }

    /// How the first job has ended.
    private func end() async throws -> JobRow.State {
      try await apart { [cluster] in try cluster.end(of: 1).state }
    }

    @Test func `has its ranks, devices and outputs over the nodes`() async throws {
      let code = try await run(
        "--members", "3", "--gpus-per-member", "2", "--tasks-per-member", "2", "-t", "1m",
        "--output", "out-%t",
        script: "echo $RANK $LOCAL_RANK $WORLD_SIZE $MUSTER_NODE $CUDA_VISIBLE_DEVICES $MASTER_PORT"
      )
      #expect(code == 0)
      var lines: [[String]] = []
      for member in 0..<3 {
        let text = try #require(cluster.text("out-\(member)"))
        lines += text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
      }
      lines.sort { $0[0] < $1[0] }
      #expect(lines.map { $0[0] } == ["0", "1", "2", "3", "4", "5"])
      #expect(lines.map { $0[1] } == ["0", "1", "0", "1", "0", "1"])
      #expect(lines.allSatisfy { $0[2] == "6" && $0[5] == lines[0][5] })
      #expect(Set(lines.map { $0[3] }) == ["n0", "n1", "n2"])
      // Tasks of one node never see the same accelerator.
      #expect(Set(lines.map { $0[3] + "/" + $0[4] }).count == 6)
      #expect(try await type("glog", "1").split(separator: "\n").count == 2)
    }

    @Test(arguments: [("exit 0", 0), ("exit 7", 7), ("kill -SEGV $$", 139)] as [(String, Int32)])
    func `leaves its code`(script: String, code: Int32) async throws {
      #expect(try await run("--members", "2", "--gpus-per-member", "1", script: script) == code)
    }

    @Test func `goes as a whole when one member fails, children and all`() async throws {
      let script = """
        echo $$ > shell$RANK
        setsid sleep 1000 & echo $! > child$RANK
        [ $RANK = 1 ] || wait
        while [ ! -s child0 ] || [ ! -s child2 ]; do sleep 0.05; done
        exit 3
        """
      let code = try await run("--members", "3", "--gpus-per-member", "4", script: script)
      #expect(code == 3)
      for name in ["shell", "child"] {
        for text in try await texts(of: (0..<3).map { "\(name)\($0)" }) {
          #expect(!lives(text), "\(name) \(text)")
        }
      }
      #expect(try await end() == .failed)
    }

    @Test func `is warned on all nodes before its time limit`() async throws {
      let script = """
        trap 'echo warned > warned$RANK; exit 0' USR2
        while :; do sleep 0.05; done
        """
      let code = try await run(
        "--members", "2", "--gpus-per-member", "4", "-t", "33s", "--signal", "USR2@30",
        script: script)
      #expect(code == 0)
      #expect(cluster.text("warned0") == "warned\n" && cluster.text("warned1") == "warned\n")
    }

    @Test func `ends at its time limit, with what it has started`() async throws {
      let script = "(trap '' HUP; setsid sleep 1000 & echo $! > child$RANK); sleep 1000"
      let code = try await run(
        "--members", "2", "--gpus-per-member", "4", "-t", "2s", script: script)
      #expect(code != 0)
      #expect(try await end() == .timedOut)
      for text in try await texts(of: ["child0", "child1"]) { #expect(!lives(text), "\(text)") }
    }

    @Test func `is cancelled on all nodes`() async throws {
      _ = try await type(
        "gsub", "--members", "3", "--gpus-per-member", "1", "--wrap",
        "echo $$ > pid$RANK; sleep 1000")
      let pids = try await texts(of: ["pid0", "pid1", "pid2"])
      #expect(pids.allSatisfy { lives($0) })
      _ = try await type("gcancel", "1")
      #expect(try await end() == .cancelled)
      #expect(!pids.contains { lives($0) })
    }

    @Test(.enabled(if: MemoryGroups.limit, "no control group limits memory here"))
    func `is ended where it takes more memory than it asked for`() async throws {
      let code = try await run(
        "--gpus", "1", "--memory", "48MiB", script: "exec tail /dev/zero")
      #expect(code == 137)
      #expect(try await end() == .outOfMemory)
    }
  }
}
