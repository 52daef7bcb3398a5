import Client
import Testing

@Suite struct `The address of a controller` {
  @Test(arguments: [
    ("unix:/run/muster/muster.sock", "unix:/run/muster/muster.sock"),
    ("unix:muster.sock", "unix:muster.sock"),
    ("/tmp/a.sock", "unix:/tmp/a.sock"),
    ("https://controller:6443", "https://controller:6443"),
    ("https://controller:6443/", "https://controller:6443"),
    ("http://[::1]:8080", "http://[::1]:8080"),
  ])
  func `is a socket or a host`(text: String, expected: String) throws {
    #expect("\(try ControllerAddress(parsing: text))" == expected)
  }

  @Test(arguments: [
    "", "unix:", "controller:6443", "ftp://controller", "https://", "https://a b",
    "https://a/b?c", "unix:/" + String(repeating: "a", count: 108),
  ])
  func `is refused where it is neither`(text: String) {
    #expect(throws: ClientError.self) { try ControllerAddress(parsing: text) }
  }

  @Test func `comes from the option, the environment, the user, the machine, in this order`()
    throws
  {
    let all = ["MUSTER_CONTROLLER": "unix:/b", "XDG_RUNTIME_DIR": "/run/user/7"]
    func found(_ option: String?, _ environment: [String: String], there: Bool) throws -> String {
      "\(try ControllerAddress.find(option: option, environment: environment) { _ in there })"
    }
    #expect(try found("unix:/a", all, there: true) == "unix:/a")
    #expect(try found(nil, all, there: true) == "unix:/b")
    let user = ["XDG_RUNTIME_DIR": "/run/user/7"]
    #expect(try found(nil, user, there: true) == "unix:/run/user/7/muster.sock")
    #expect(try found(nil, user, there: false) == "unix:/run/muster/muster.sock")
    #expect(try found(nil, [:], there: true) == "unix:/run/muster/muster.sock")
  }
}
