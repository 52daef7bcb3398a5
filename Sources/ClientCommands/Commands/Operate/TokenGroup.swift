import ArgumentParser
import Arguments
import Client
import Wire

/// `gctl token`: tokens are made, listed and revoked.
struct TokenGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "token", abstract: "Make, list and revoke tokens, which say who somebody is.",
    discussion: "Whoever has a token may do what it says: keep it as you keep a password.",
    subcommands: [Make.self, List.self, Revoke.self], defaultSubcommand: Make.self)

  /// Whose tokens.
  struct Subject: ParsableArguments {
    @Option(help: ArgumentHelp("A user's; else your own.", valueName: "name"))
    var user: String?

    @Option(help: ArgumentHelp("An agent's: a node, or a hostlist.", valueName: "nodes"))
    var node: String?

    func validate() throws {
      guard user == nil || node == nil else {
        throw ValidationError("--user and --node: a token is for one of them")
      }
    }

    /// Their name; nil: nobody was named.
    var name: String? { user ?? node }
  }

  /// `gctl token make`: makes a token.
  struct Make: ClientCommand {
    static let configuration = CommandConfiguration(
      commandName: "make",
      abstract: "Make a token; your own over the daemon's Unix socket, others' as an operator.",
      discussion: "Clients find it by themselves in ~/.config/muster/token.")

    @OptionGroup var subject: Subject

    @Option(help: "What its bearer may do: user, coordinator, operator or administrator.")
    var role: Role?

    @Option(help: ArgumentHelp("What a coordinator answers for.", valueName: "path"))
    var account: String?

    @Option(
      help: ArgumentHelp("For how long it is good: 30d.", valueName: "time"),
      transform: TimeLimit.span(parsing:))
    var `for`: Int64 = 30 * 86_400_000

    @Option(
      name: .shortAndLong,
      help: ArgumentHelp("Write it to this new file, which only you can read.", valueName: "file"),
      completion: .file())
    var output: String?

    @OptionGroup var list: ListOptions
    @OptionGroup(title: "The scheduler") var controller: ControllerOptions

    func validate() throws {
      guard subject.node == nil || role == nil, role != .agent else {
        throw ValidationError("--role: an agent's token is made by --node, and has no other role")
      }
    }

    func run(in world: Surroundings) throws {
      let client = try controller.client(environment: world.environment)
      let name: String
      if let given = subject.name {
        name = given
      } else {
        let standing: ServerStanding = try client.get(from: Route.ping)
        name = standing.user ?? world.user
      }
      let request = TokenRequest(
        subject: name, role: subject.node == nil ? role ?? .user : .agent, account: account,
        lifetimeMs: self.for)
      let token: Token = try client.post(request, to: Route.tokens)
      guard let output else {
        return try world.print(list.json ? try world.json(token) : token.token + "\n")
      }
      try write(token, to: output, in: world)
      try world.print(
        "Wrote \(output): token \(token.id) for \(name), good until \(world.time(token.expires))\n")
    }

    private func write(_ token: Token, to output: String, in world: Surroundings) throws {
      let path = output.hasPrefix("/") ? output : "\(world.directory)/\(output)"
      do throws(PrivateFile.Fault) {
        try PrivateFile.create(path, token.token + "\n")
      } catch {
        let undone = "; the token was made: gctl token revoke \(token.id)"
        switch error {
        case .exists:
          throw CommandFailure("\(output): is there already; name another file\(undone)")
        case .unwritable, .unreadable, .open:
          throw CommandFailure("\(output): can't be written\(undone)")
        }
      }
    }
  }

  /// `gctl token list`: tokens that are not over.
  struct List: ClientCommand {
    static let configuration = CommandConfiguration(
      commandName: "list",
      abstract: "List tokens that are not over, but never the tokens themselves.")

    @OptionGroup var subject: Subject
    @OptionGroup var list: ListOptions
    @OptionGroup(title: "The scheduler") var controller: ControllerOptions

    func run(in world: Surroundings) throws {
      let client = try controller.client(environment: world.environment)
      let query = subject.name.map { [("subject", $0)] } ?? []
      var rows: [TokenRow] = []
      try client.rows(TokenRow.self, from: Route.tokens, query) { row in
        rows.append(row)
        return true
      }
      guard !list.json else {
        for row in rows { try world.print(try world.json(row)) }
        return
      }
      try world.print(TokenTable.text(rows, in: world))
    }
  }

  /// `gctl token revoke`: tokens that are good no longer.
  struct Revoke: ClientCommand {
    static let configuration = CommandConfiguration(
      commandName: "revoke",
      abstract: "Take tokens back: by their numbers, or all of a user's or a node's.")

    @OptionGroup var subject: Subject
    @Argument(help: "Numbers, as 'gctl token list' prints them.") var ids: [String] = []
    @OptionGroup(title: "The scheduler") var controller: ControllerOptions

    func validate() throws {
      guard ids.isEmpty != (subject.name == nil) else {
        throw ValidationError("name tokens by their numbers, or give --user or --node")
      }
    }

    func run(in world: Surroundings) throws {
      let client = try controller.client(environment: world.environment)
      let revoked: TokenRevocation = try client.post(
        TokenRevocation(ids: ids, subject: subject.name), to: Route.tokenRevocations)
      let count = revoked.ids.count
      try world.print("Revoked \(count) \(count == 1 ? "token" : "tokens")\n")
    }
  }
}
