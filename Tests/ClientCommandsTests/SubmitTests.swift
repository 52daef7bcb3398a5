import FakeController
import Foundation
import Testing

@Suite(.timeLimit(.minutes(20))) struct `A submission` {
  private static let script = """
    #!/bin/bash
    # what this is
    #GSUB --gpus=h200:64 --within leaf   # near
    #GSUB -J "my run" -t 4h -o logs/%j.out

    #GSUB --prefer block@10m
    python train.py
    """

  @Test func `is sent with its script`() throws {
    let desk = try Desk(Rows.routes)
    try desk.write("#!/bin/sh\ntrain\n", to: "train.sh")
    let outcome = desk.type("gsub", "--gpus", "8", "train.sh", "--lr", "3", "a b")
    #expect(outcome.output == "Submitted job 17\n")
    #expect(outcome.code == 0)
    #expect(
      desk.fake.requests[0].line.replacing(desk.folder.path, with: "FOLDER")
        .replacing(desk.fake.path, with: "SOCKET") == #"""
          POST /v1/jobs {"gang":{"gpus":"8"},"name":"train.sh","task":{"appends":false,\#
          "arguments":["--lr","3","a b"],"directory":"FOLDER","environment":{"HOME":"/home/ana",\#
          "MUSTER_CONTROLLER":"unix:SOCKET"},"output":"muster-%j.out",\#
          "script":"#!/bin/sh\ntrain\n","tasks_per_member":1},\#
          "terms":{"dependencies":[],"is_held_back":false}}
          """#)
  }

  @Test(arguments: [
    (["--parsable"], "17\n"), (["--json"], "{\"count\":1,\"job\":17}\n"),
    ([], "Submitted job 17\n"),
  ])
  func `prints its number`(options: [String], expected: String) throws {
    let desk = try Desk(Rows.routes)
    #expect(desk.run(["gsub", "--cores", "1", "--wrap", "true"] + options).output == expected)
  }

  @Test func `of an array prints the first number first`() throws {
    let desk = try Desk([("POST", .json(#"{"job":20,"count":100}"#))])
    let outcome = desk.type("gsub", "--cores", "1", "--wrap", "true", "-a", "0-99%10")
    #expect(outcome.output == "Submitted job 20, the first of 100 (20 to 119)\n")
  }

  @Test func `may be piped in`() throws {
    let desk = try Desk(Rows.routes)
    let outcome = desk.type("gsub", "--dry-run", "--json", input: Self.script)
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output.contains(#""gpus":"h200:64""#))
    #expect(desk.type("gsub", "-", "--lr", input: Self.script).code == 0)
    #expect(desk.type("gsub", "--gpus", "1").code == 2)
  }

  @Test func `is printed as it was understood`() throws {
    let desk = try Desk()
    try desk.write(Self.script, to: "train.sh")
    let words = [
      "gsub", "--dry-run", "--members", "8-16", "--segment", "4:block", "--memory", "64GiB",
      "--cores", "3.5", "-A", "eu/ro", "--mode", "regular", "-a", "0-9,20%4",
      "-d", "afterok:12:13,afterany:9", "-b", "18:30", "--deadline", "2026-03-05", "-H",
      "--checkpoint-every", "30m", "--checkpoint-signal", "USR2@90", "--signal", "10@2m",
      "--tasks-per-member", "2", "--open-mode", "append", "-e", "err", "--reservation", "r",
      "--residency", "RO,EU", "--exclude", "n1,n2", "-D", "runs", "--exclusive", "train.sh", "x y",
    ]
    let outcome = desk.run(words)
    #expect(outcome.code == 0, "\(outcome.errors)")
    try expectGolden(outcome.output, "gsub-dry-run")
    let json = desk.run([words[0], "--json"] + words.dropFirst()).output
    try expectGolden(json, "gsub-dry-run-json")
    #expect(desk.fake.requests.isEmpty)
  }

  @Test(arguments: [
    ([], [:], "4:00:00"), (["-t", "90"], [:], "1:30:00"),
    ([], ["MUSTER_GSUB_TIME": "2h"], "2:00:00"),
    (["--time", "1h"], ["MUSTER_GSUB_TIME": "2h"], "1:00:00"),
    (["--time", "0"], [:], "as its mode allows"),
    ([], ["MUSTER_MEMBERS": "x", "MUSTER_TIME": "x"], "4:00:00"),
  ])
  func `follows the command line, then the environment, then the script`(
    options: [String], environment: [String: String], expected: String
  ) throws {
    let desk = try Desk()
    try desk.write(Self.script, to: "train.sh")
    let outcome = desk.run(
      ["gsub", "--dry-run"] + options + ["train.sh"], environment: environment)
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output.split(separator: "\n").contains { $0.hasSuffix("  \(expected)") })
  }

  @Test(arguments: [
    ("#GSUB --gpus=9x", "train.sh:2: #GSUB --gpus=9x: the value '9x' is invalid"),
    (
      "\n#x\n#GSUB --gpus 8 --gpuz 3",
      "train.sh:4: #GSUB --gpus 8 --gpuz 3: unknown option '--gpuz'"
    ),
    ("#GSUB --gpus 8 -J \"my run", "train.sh:2: #GSUB --gpus 8 -J \"my run: a quote"),
    ("#GSUB -t soon", "train.sh:2: #GSUB -t soon: the value 'soon' is invalid"),
    ("#GSUB -a 5-3", "train.sh:2: #GSUB -a 5-3: the value '5-3' is invalid"),
    ("#GSUB --gpus 1 -- a", "train.sh:2: #GSUB --gpus 1 -- a: -- ends the options"),
    ("#GSUB word", "train.sh:2: #GSUB word: unexpected argument 'word'"),
    ("#GSUB --even\n#GSUB --spread leaf", "--even keeps together and --spread apart"),
    ("#GSUB --wait", "train.sh:2: #GSUB --wait: unknown option '--wait'"),
    ("", "nothing is asked for: give --gpus, --cores or --exclusive"),
  ])
  func `that can't be read says where, what, and how to mend it`(
    lines: String, expected: String
  ) throws {
    let desk = try Desk(Rows.routes)
    try desk.write("#!/bin/sh\n\(lines)\ntrue\n", to: "train.sh")
    let outcome = desk.type("gsub", "train.sh")
    #expect(outcome.code == 2)
    #expect(outcome.errors.contains(expected), "\(outcome.errors)")
    #expect(outcome.errors.split(separator: "\n").count == 1)
    #expect(outcome.errors.contains("; ") || lines.isEmpty)
    #expect(desk.fake.requests.isEmpty)
  }

  @Test(arguments: [
    ("echo hi\n", "train.sh:1: the first line names nothing that runs it"),
    ("#!/bin/sh\n\u{0}", "train.sh: is no text"), ("", "train.sh:1:"),
  ])
  func `of what is no script is refused`(text: String, expected: String) throws {
    let desk = try Desk(Rows.routes)
    try desk.write(text, to: "train.sh")
    let outcome = desk.type("gsub", "--gpus", "1", "train.sh")
    #expect(outcome.code == 2)
    #expect(outcome.errors.contains(expected))
    #expect(desk.type("gsub", "--gpus", "1", "no.sh").code == 2)
    #expect(desk.type("gsub", "--gpus", "1", "--wrap", "a", "no.sh").code == 2)
    #expect(desk.type("gsub", "--gpuz", "1", "train.sh").code == 2)
  }

  @Test func `warns of options that nobody reads`() throws {
    let desk = try Desk(Rows.routes)
    try desk.write("#!/bin/sh\n#GSUB --gpus 1\ntrue\n#GSUB -t 3\n", to: "a.sh")
    let outcome = desk.type("gsub", "a.sh")
    #expect(outcome.code == 0)
    #expect(outcome.errors.hasPrefix("gsub: a.sh:4: this #GSUB stands behind the first command"))
  }

  @Test(arguments: [
    ("ALL", ["A", "HOME", "MUSTER_CONTROLLER"]), ("NONE", []), ("A,B=c", ["A", "B"]),
    ("ALL,B=c=d", ["A", "B", "HOME", "MUSTER_CONTROLLER"]),
  ])
  func `passes on the environment that is asked for, and no secret`(
    export: String, names: [String]
  ) throws {
    let desk = try Desk(Rows.routes)
    let environment = ["A": "1", "MUSTER_TOKEN": "secret", "MUSTER_JOB_ID": "3"]
    let outcome = desk.run(
      ["gsub", "--cores", "1", "--wrap", "a", "--export", export], environment: environment)
    #expect(outcome.code == 0, "\(outcome.errors)")
    let body = desk.fake.requests[0].body
    let all = ["A", "B", "HOME", "MUSTER_CONTROLLER", "MUSTER_TOKEN", "MUSTER_JOB_ID"]
    #expect(all.filter { body.contains("\"\($0)\":") } == names)
    #expect(desk.run(["gsub", "--cores", "1", "--wrap", "a", "--export", "C"]).code == 2)
  }

  @Test(arguments: ["--help", "-h", "--version", "--experimental-dump-help"])
  func `is explained where that is asked for`(option: String) throws {
    let desk = try Desk(Rows.routes)
    for words in [[option], ["--gpus", "8", option]] {
      let outcome = desk.run(["gsub"] + words)
      #expect(outcome.code == 0 && outcome.errors == "")
      #expect(!outcome.output.isEmpty)
    }
    #expect(desk.type("gsub", "--gpus", "8", "-", option, input: "#!/bin/sh\n").code == 0)
    #expect(desk.fake.requests.count == 1)
  }

  @Test func `prints completions where those are asked for, and not for the script`() throws {
    let desk = try Desk(Rows.routes)
    let words = ["--generate-completion-script", "bash"]
    for before in [[], ["--gpus", "8"]] {
      let outcome = desk.run(["gsub"] + before + words)
      #expect(outcome.code == 0 && outcome.output.contains("__gsub_"), "\(outcome.errors)")
    }
    #expect(desk.fake.requests.isEmpty)
    for script in ["#!/bin/sh\n", "#!/bin/sh\n#GSUB --gpus 8\n"] {
      let outcome = desk.run(["gsub", "--cores", "1", "-"] + words, input: script)
      #expect(outcome.code == 0 && outcome.output.hasPrefix("Submitted"), "\(outcome.errors)")
    }
    let bodies = desk.fake.requests.map(\.body)
    #expect(bodies.count == 2 && bodies.allSatisfy { $0.contains(words[0]) })
  }

  @Test func `shows its token`() throws {
    let desk = try Desk(Rows.routes)
    try desk.write(secret: " from-file \n", to: "token")
    let words = ["gsub", "--cores", "1", "--wrap", "a"]
    _ = desk.run(words, environment: ["MUSTER_TOKEN": "from-variable"])
    _ = desk.run(words + ["--token-file", desk.folder.appending(path: "token").path])
    #expect(
      desk.fake.requests.map { $0.headers["authorization"] }
        == ["Bearer from-variable", "Bearer from-file"])
  }
}
