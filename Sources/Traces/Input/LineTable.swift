internal import Gzip

/// A small file of which every line says one thing, or nothing.
enum LineTable {
  /// Reads the file and makes something of each line that is not blank.
  ///
  /// - Throws: `TraceError` where it can't be read, or any line of it is malformed.
  static func read<Element>(
    _ path: String, _ make: (String) throws(LineFault) -> Element?
  ) throws(TraceError) -> [Element] {
    var elements: [Element] = []
    var faults: [LineFault] = []
    var faultCount = 0
    do {
      var lines = try LineReader(path: path)
      while let line = try lines.next() {
        do throws(LineFault) {
          guard case .text(let range) = line else { throw .lineTooLong }
          let text = String(decoding: lines.bytes[range], as: UTF8.self)
          if !text.isEmpty, let element = try make(text) { elements.append(element) }
        } catch {
          faultCount += 1
          var fault = error
          fault.line = lines.number
          if faults.count < MalformedTrace.shown { faults.append(fault) }
        }
      }
    } catch {
      throw .unreadable(error)
    }
    guard faultCount == 0 else {
      throw .malformed(MalformedTrace(path: path, faults: faults, total: faultCount))
    }
    guard !elements.isEmpty else { throw .noJobs(path: path, skipped: []) }
    return elements
  }
}
