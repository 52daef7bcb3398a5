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
]
