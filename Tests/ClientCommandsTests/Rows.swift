import FakeController

/// What the fake controller lists.
enum Rows {
  static let jobs = Answer.lines([
    #"{"job":17,"name":"train","user":"ana","account":"eu/ro/llm","mode":"regular","#,
    #""state":"running","members":8,"accelerators":64,"submitted":"2026-03-01T09:00:00.000Z","#,
    #""started":"2026-03-01T09:30:05.000Z","time_limit_ms":86400000,"attempt":1,"#,
    #""nodes":"n[000-007]"}"# + "\n",
    #"{"job":18,"array":18,"array_index":3,"name":"sweep","user":"bob","account":"eu/ro","#,
    #""mode":"playground","state":"pending","members":1,"accelerators":0.5,"#,
    #""submitted":"2026-02-28T23:10:00.000Z","promised":"2026-03-01T14:15:00.000Z","#,
    #""time_limit_ms":1800000,"attempt":0,"reason":"no leaf has 4 free nodes"}"# + "\n",
    #"{"job":20,"array":18,"array_index":7,"name":"sweep","user":"bob","account":"eu/ro","#,
    #""mode":"playground","state":"failed","members":1,"accelerators":1,"#,
    #""submitted":"2026-02-28T23:10:00.000Z","started":"2026-02-28T23:20:00.000Z","#,
    #""ended":"2026-02-28T23:20:42.000Z","time_limit_ms":1800000,"attempt":2,"exit_code":137,"#,
    #""nodes":"n003"}"# + "\n",
  ])

  static let nodes = Answer.lines([
    node("n000", "l0", "[17,17,17,17,0,0,0,0]", "in service", "connected"),
    node("n001", "l0", "[18,0,0,0,0,0,0,0]", "in service", "connected"),
    node("n002", "l1", "[0,0,0,0,0,0,0,0]", "drained", "connected", #","reason":"fan 3""#),
    node("n003", "l1", "[20,20,20,20,20,20,20,20]", "cordoned", "connected"),
    node("n004", "l1", "[0,0,0,0,0,0,0,0]", "in service", "unreachable"),
  ])

  private static func node(
    _ name: String, _ leaf: String, _ holders: String, _ condition: String, _ agent: String,
    _ more: String = ""
  ) -> String {
    #"{"name":"\#(name)","path":["s0","p0","\#(leaf)","\#(name)"],"model":"h200","#
      + #""accelerators":8,"holders":\#(holders),"milli_cores":128000,"#
      + #""free_milli_cores":64500,"memory_mib":2097152,"free_memory_mib":1048576,"#
      + #""condition":"\#(condition)","agent":"\#(agent)"\#(more)}"# + "\n"
  }

  static let accounts = Answer.lines([
    account("eu", 0, #""entitled":1024,"held":96,"usage_hours":12345.6"#),
    account("eu/ro", 1, #""entitled":512,"held":96,"usage_hours":12000.1"#),
    account("eu/ro/llm", 2, #""entitled":0,"held":64,"usage_hours":9000,"rank":2"#),
    account("eu/fr", 1, #""entitled":512,"held":0,"usage_hours":345.5,"budget_left_hours":800"#),
  ])

  private static func account(_ path: String, _ depth: Int, _ more: String) -> String {
    #"{"path":"\#(path)","depth":\#(depth),"weight":1,"borrowed":0,"lent":32,\#(more)}"# + "\n"
  }

  static let history = Answer.lines([
    finished(17, "ana", "completed", #""exit_code":0"#, #""energy_kwh":44.25,"evictions":1"#),
    finished(18, "bob", "timed_out", #""exit_code":143"#, #""evictions":0"#),
    finished(19, "ana", "failed", #""exit_code":1"#, #""energy_kwh":1,"evictions":0"#),
  ])

  private static func finished(
    _ job: Int, _ user: String, _ state: String, _ more: String, _ sums: String
  ) -> String {
    #"{"job":{"job":\#(job),"name":"train","user":"\#(user)","account":"eu/ro","#
      + #""mode":"regular","state":"\#(state)","members":8,"accelerators":64,"#
      + #""submitted":"2026-02-28T09:00:00.000Z","started":"2026-02-28T09:30:00.000Z","#
      + #""ended":"2026-03-01T10:30:00.000Z","time_limit_ms":0,"attempt":1,\#(more)},"#
      + #""charged_hours":1600.5,\#(sums)}"# + "\n"
  }

  static let reservations = Answer.lines([
    #"{"name":"maintenance","nodes":"n[000-031]","from":"2026-03-02T06:00:00.000Z","#,
    #""until_moment":"2026-03-02T18:00:00.000Z","accounts":["eu/ro","eu/fr"]}"# + "\n",
  ])

  static let tokens = Answer.lines([
    #"{"id":"5f","subject":"n[0-7]","role":"agent","issued":"2026-02-02T06:00:00.000Z","#
      + #""expires":"2026-03-04T06:00:00.000Z","author":"root (administrator)"}"# + "\n",
    #"{"id":"6a","subject":"bob","role":"coordinator","account":"eu/ro","#
      + #""issued":"2026-02-02T06:00:00.000Z","expires":"2026-03-04T06:00:00.000Z","#
      + #""author":"ana (operator)","revoked":"2026-03-01T09:30:00.000Z","revoker":"bob"}"# + "\n",
  ])

  static let why = Answer.json(
    #"{"job":{"job":18,"name":"sweep","user":"bob","account":"eu/ro","mode":"playground","#
      + #""state":"pending","members":1,"accelerators":4,"submitted":"2026-03-01T09:00:00Z","#
      + #""time_limit_ms":0,"attempt":0},"text":"Job 18 waits: no leaf has 4 free nodes.\n","#
      + #""causes":[{"code":"no-room","text":"no leaf has 4 free nodes"}],"#
      + #""suggestions":[{"code":"smaller","text":"ask for 3 nodes"}],"#
      + #""estimate":"2026-03-01T14:15:00Z"}"#)

  static let ping = Answer.json(
    #"{"version":"0.1.0","epoch":3,"now":"2026-03-01T12:00:00Z","since":"2026-02-27T08:00:00Z","#
      + #""journal":1234567,"user":"ana","role":"operator"}"#)

  static let forecast = Answer.json(
    #"{"nodes":"n[000-007]","slowdown_milli":31,"start":"2026-03-01T12:00:05Z","#
      + #""cost_ms":921600000,"text":"It would start now."}"#)

  /// One job alone.
  static func job(_ job: Int, _ state: String, _ code: String) -> Answer {
    .json(
      #"{"job":\#(job),"name":"a","user":"ana","account":"a","mode":"m","state":"\#(state)","#
        + #""members":1,"accelerators":1,"submitted":"2026-03-01T09:00:00Z","#
        + #""time_limit_ms":0,"attempt":1\#(code)}"#)
  }

  /// All of it, by route.
  static let routes: [(String, Answer)] = [
    ("GET /v1/jobs/18/why", why), ("GET /v1/jobs", jobs), ("GET /v1/nodes", nodes),
    ("GET /v1/accounts", accounts), ("GET /v1/history", history), ("GET /v1/ping", ping),
    ("GET /v1/reservations", reservations), ("GET /v1/policy", .json("tiers: []\n")),
    ("GET /v1/fleet", .json("sites: []\n")), ("POST /v1/forecast", forecast),
    ("POST /v1/jobs/20/change", .refusal(409, over)), ("POST /v1/jobs/", .json("{}")),
    ("POST /v1/jobs", .json(#"{"job":17,"count":1}"#)),
    ("POST /v1/tokens/revocations", .json(#"{"ids":["5f","6a"]}"#)),
    ("POST /v1/tokens", .json(#"{"token":"a.b.c","id":"5f","expires":"2026-04-01T00:00:00Z"}"#)),
    ("GET /v1/tokens", tokens),
    ("POST", .json("{}")),
  ]

  private static let over =
    #"{"code":"over","what":"it is over since 00:20","place":"job 20","fix":"nothing is to do"}"#
}
