import Foundation
import Wire

/// Members that are over and forgotten, the last of them: none of them may start again, and their
/// output can still be read.
///
/// A file with a line for each; in memory lies where each line begins.
struct PastMembers {
  private static let most = 50_000

  private let file: String
  private var places: [MemberName: Int64] = [:]

  /// What a file holds, and of that no more than the last.
  init(file: String) {
    self.file = file
    load()
    if places.count > Self.most { shorten() }
  }

  func has(_ name: MemberName) -> Bool { places[name] != nil }

  mutating func add(_ record: LaunchRecord) {
    guard let place = try? JSONEncoder().encode(OutputPlace(record)) else { return }
    let line = Data("\(record.name.fileName) ".utf8) + place + Data("\n".utf8)
    // Where it can't be kept, the output can't be read through the controller any more.
    places[record.name] = (try? Linux.append(file, line)) ?? -1
    if places.count > 2 * Self.most { shorten() }
  }

  func place(of name: MemberName) -> OutputPlace? {
    guard let place = places[name], place >= 0, let handle = FileHandle(forReadingAtPath: file)
    else { return nil }
    defer { try? handle.close() }
    guard (try? handle.seek(toOffset: UInt64(place))) != nil,
      let bytes = try? handle.read(upToCount: 16_384),
      let line = bytes.split(separator: 0x0A, maxSplits: 1).first,
      let json = line.split(separator: 0x20, maxSplits: 1).last
    else { return nil }
    return try? JSONDecoder().decode(OutputPlace.self, from: Data(json))
  }

  private mutating func load() {
    places = [:]
    var start: Int64 = 0
    for line in (FileManager.default.contents(atPath: file) ?? Data()).split(
      separator: 0x0A, omittingEmptySubsequences: false)
    {
      let name = String(decoding: line.prefix { $0 != 0x20 }, as: UTF8.self)
      if let name = MemberName(fileName: name) { places[name] = start }
      start += Int64(line.count) + 1
    }
  }

  /// Keeps the lines of the last members alone.
  private mutating func shorten() {
    let all = FileManager.default.contents(atPath: file) ?? Data()
    let starts = places.values.filter { $0 >= 0 }.sorted()
    guard starts.count > Self.most else { return }
    let rest = all.dropFirst(Int(starts[starts.count - Self.most]))
    guard (try? Linux.write(file, Data(rest), mode: 0o600, whole: true)) != nil else { return }
    load()
  }
}
