import TestFiles
import Testing
import Traces
import Units

/// Reads `text` as the content of a file.
func read(_ text: String, as format: TraceFormat? = nil, limit: Int? = nil) throws -> Trace {
  let file = TemporaryFile(text: text)
  return try Trace.read(path: file.path, format: format, limit: limit)
}

/// What reading `bytes` complains about, the file's name replaced by `FILE`; empty if nothing.
func complaint(_ bytes: [UInt8], as format: TraceFormat? = nil) -> String {
  let file = TemporaryFile(bytes)
  do throws(TraceError) {
    _ = try Trace.read(path: file.path, format: format)
    return ""
  } catch {
    return "\(error)".split(separator: file.path, omittingEmptySubsequences: false)
      .joined(separator: "FILE")
  }
}

func complaint(_ text: String, as format: TraceFormat? = nil) -> String {
  complaint(Array(text.utf8), as: format)
}

/// A job in seconds.
func job(at submitted: Int64, runs: Int64, asks: Int64? = nil, size: UInt32) -> TraceJob {
  TraceJob(
    submitted: Instant(milliseconds: submitted * 1000), runTime: .seconds(runs),
    requestedTime: asks.map { .seconds($0) }, size: size)
}

/// An SWF line; what is not given is unknown.
func swf(
  submit: String = "0", run: String = "10", allocated: String = "-1", size: String = "4",
  asks: String = "-1"
) -> String {
  "1 \(submit) -1 \(run) \(allocated) -1 -1 \(size) \(asks) -1 1 -1 -1 -1 -1 -1 -1 -1\n"
}

/// A small valid file of each format, with its quirks.
let samples: [TraceFormat: String] = [
  .swf: "; Version: 2\n;\n" + swf(submit: "3", run: "10", size: "4", asks: "20")
    + "  2\t5 -1 7.25 8 -1 -1 -1 100 -1 1 -1 -1 -1 -1 -1 -1\n\n"
    + swf(submit: "4", run: "-1") + "; end\n" + swf(submit: "2", run: "0", size: "1", asks: "0"),
  .philly: "timestamp,duration,num_gpus,gpu_time,cluster\r\n"
    + "2017-10-09 07:01:55,66.0,1,66.0,11cb48\r\n2017-10-09 06:13:03,2951.0,8,2951.0,6214e9\r\n"
    + "2017-10-09 06:13:03,2951.0,8,2951.0,6214e9\r\n\r\n",
  .muri: "job_id,num_gpu,submit_time,iterations,duration,priority\r\n"
    + "0,1,0,5853661,2868294000,1\r\n1,8,201694000,8787693,4472936000,0\r\n",
  .sacct: sacctHeader
    + "77|ada|physics|gpu|normal|2026-03-01T08:00:00|2026-03-01T08:00:00|2026-03-01T08:10:00|"
    + "2026-03-01T10:10:00|04:00:00|COMPLETED|2|64|cpu=64,gres/gpu=16,mem=1T,node=2|7200\n"
    + "77.batch|||||2026-03-01T08:10:00|2026-03-01T08:10:00|2026-03-01T08:10:00|"
    + "2026-03-01T10:10:00||COMPLETED|1|32|cpu=32,gres/gpu=8|7200\n"
    + "78_3|bob|vision|gpu|long|2026-03-01T07:00:00|2026-03-01T09:00:00|2026-03-01T09:00:00|"
    + "2026-03-01T09:00:30|1-00:00:00|CANCELLED by 1007|1|4|cpu=4,gres/gpu:h100=1|30\n"
    + "79|bob|vision|gpu|long|2026-03-01T09:00:00|Unknown|None|Unknown|UNLIMITED|PENDING|1|4||0\n",
  .muster: TableWriter.header
    + "2026-03-01 08:10:00Z,7200,16,2,14400,ada,physics,normal,leaf,completed,"
    + "h200|h100,16:block,1800,300\n"
    + "2026-03-01 08:00:00.250Z,0.5,1,,,\"b, ob\",vision,,,timed-out,,,,\n",
]

/// The columns that the guide asks sacct for.
let sacctHeader =
  "JobID|User|Account|Partition|QOS|Submit|Eligible|Start|End|Timelimit|State|NNodes|NCPUS|"
  + "AllocTRES|ElapsedRaw\n"
