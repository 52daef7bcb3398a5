import ArgumentParser
import Arguments
import Foundation
import Units
import Wire
import X509

/// Makes certificates, for who has no authority of their own.
struct CertificateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "certificate", abstract: "Make certificates, signed by an authority of your own.",
    discussion: """
      The authority is made with the first certificate: DIR/tls/ca.pem, which clients trust by \
      --ca-file, and DIR/tls/ca.key.
      """,
    subcommands: [Server.self, Node.self, User.self])

  /// The daemon's own.
  struct Server: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "server",
      abstract: "Make the daemon's certificate, DIR/tls/server.pem.",
      discussion: "A daemon that serves already shows it from its next SIGHUP on.")

    @OptionGroup var folder: StateOptions

    @Option(help: "For how many days it is good.")
    var days = 730

    @Argument(help: "The names and addresses under which the daemon is reached.")
    var hosts: [String]

    func validate() throws { try checkDays(days) }

    func run() throws {
      let all = hosts + ["localhost", "127.0.0.1", "::1"].filter { !hosts.contains($0) }
      let subject = CertificateAuthority.Subject(
        commonName: hosts[0], names: all.map { GeneralName.machine($0) }, isServer: true, days: days
      )
      try folder.make()
      let authority = try CertificateAuthority(in: folder.tls)
      try authority.sign(subject, to: folder.certificate, folder.key)
      print(
        """
        Made \(folder.certificate), good for \(days) days, and its key.
        Serve: gschedd --state \(folder.state) --listen https://0.0.0.0:6443
        Clients: --controller https://\(hosts[0]):6443 --ca-file, a copy of \(folder.authority)
        """)
    }
  }

  /// An agent's.
  struct Node: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "node",
      abstract: "Make an agent's certificate, good for its nodes alone.")

    @OptionGroup var folder: StateOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The node's name, or a hostlist.")
    var node: String

    func validate() throws { try checkDays(output.days) }

    func run() throws {
      _ = try TokenRules.nodes(in: node)
      try output.make(CertificateIdentity(role: .agent, name: node), in: folder)
    }
  }

  /// A user's.
  struct User: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "user", abstract: "Make a user's certificate.")

    @OptionGroup var folder: StateOptions
    @OptionGroup var output: OutputOptions

    @Option(help: "What they may do: user, coordinator, operator or administrator.")
    var role = Role.user

    @Option(help: ArgumentHelp("What a coordinator answers for.", valueName: "path"))
    var account: String?

    @Argument(help: "The user's name.")
    var name: String

    func validate() throws {
      try checkDays(output.days)
      guard role != .agent else {
        throw ValidationError("--role agent: 'gschedd certificate node' makes an agent's")
      }
      guard (role == .coordinator) == (account != nil) else {
        throw ValidationError("--account belongs to --role coordinator: give both or neither")
      }
      guard TokenRules.isUserName(name) else {
        throw ValidationError("'\(name)': give a user's name as 'id -un' prints it")
      }
    }

    func run() throws {
      try output.make(CertificateIdentity(role: role, name: name, account: account), in: folder)
    }
  }
}

/// Where a client's certificate goes.
struct OutputOptions: ParsableArguments {
  @Option(help: "For how many days it is good; it can't be revoked before.")
  var days = 90

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The files to make, FILE.pem and FILE.key.", valueName: "file"))
  var output: String

  func make(_ identity: CertificateIdentity, in folder: StateOptions) throws {
    let subject = CertificateAuthority.Subject(
      commonName: identity.name, names: [.uniformResourceIdentifier(identity.uri)],
      isServer: false, days: days)
    try folder.make()
    let authority = try CertificateAuthority(in: folder.tls)
    try authority.sign(subject, to: output + ".pem", output + ".key")
    print(
      """
      Made \(output).pem, good for \(days) days, and its key.
      Use: --cert-file \(output).pem --key-file \(output).key
      """)
  }
}

private func checkDays(_ days: Int) throws {
  guard (1...3_650).contains(days) else {
    throw ValidationError("--days \(days): give 1 to 3650")
  }
}

extension StateOptions {
  /// The folder of certificates.
  var tls: String { "\(state)/\(CertificateAuthority.folderName)" }
  /// The daemon's certificate, where `gschedd certificate server` makes it.
  var certificate: String { tls + "/server.pem" }
  /// Its key.
  var key: String { tls + "/server.key" }
  /// The authority's certificate.
  var authority: String { tls + "/ca.pem" }
}
