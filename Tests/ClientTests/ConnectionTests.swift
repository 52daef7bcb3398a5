import Client
import Foundation
import Testing

@Suite struct `A connection` {
  private final class Folder: Sendable {
    let path = FileManager.default.temporaryDirectory.path + "/muster-\(UUID().uuidString)"

    init() throws {
      try FileManager.default.createDirectory(
        atPath: path + "/muster", withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, to name: String, mode: Int = 0o600) throws -> String {
      let file = "\(path)/\(name)"
      try Data(text.utf8).write(to: URL(filePath: file))
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
      return file
    }
  }

  private let folder: Folder

  init() throws { folder = try Folder() }

  private func find(
    _ controller: String, token: String? = nil, _ environment: [String: String] = [:]
  ) throws(ClientError) -> Connection {
    var words = Connection.Words()
    words.controller = controller
    words.tokenFile = token
    return try Connection.find(words, environment: environment) {
      FileManager.default.fileExists(atPath: $0)
    }
  }

  @Test func `shows a token of a file, the environment or the user's folder, in this order`() throws
  {
    let file = try folder.write("from-file\n", to: "t")
    let home = ["XDG_CONFIG_HOME": folder.path]
    let both = home.merging(["MUSTER_TOKEN": "from-variable"]) { $1 }
    _ = try folder.write("from-home", to: "muster/token")
    _ = try folder.write("-", to: "muster/ca.pem")
    #expect(try find("https://a", token: file, both).token == "from-file")
    #expect(try find("https://a", both).token == "from-variable")
    #expect(try find("https://a", home).token == "from-home")
    #expect(try find("https://a", home).authorityFile == folder.path + "/muster/ca.pem")
    let elsewhere = home.merging(["MUSTER_CA_FILE": "/ca"]) { $1 }
    #expect(try find("https://a", elsewhere).authorityFile == "/ca")
    #expect(try find("https://a").token == nil)
    // Over a socket the kernel says who asks, unless somebody says otherwise.
    #expect(try find("unix:/s", home).token == nil)
    #expect(try find("unix:/s", token: file, home).token == "from-file")
    #expect(try find("unix:/s", both).token == "from-variable")
  }

  @Test(arguments: [0o644, 0o640, 0o604, 0o660])
  func `shows no token that others may read`(mode: Int) throws {
    let file = try folder.write("secret", to: "t", mode: mode)
    #expect { try find("https://a", token: file) } throws: { error in
      (error as? ClientError)?.exitCode == 2 && "\(error)".contains("chmod 600 \(file)")
    }
  }

  @Test(arguments: ["", "  \n", "two words", "bell\u{7}"])
  func `shows nothing that is no token`(text: String) throws {
    let file = try folder.write(text, to: "t")
    #expect(throws: ClientError.self) { try find("https://a", token: file) }
  }

  @Test func `shows no token where all could read it on the way`() throws {
    #expect {
      try find("http://a:80", ["MUSTER_TOKEN": "secret"])
    } throws: { "\($0)".contains("for all to read") }
  }
}
