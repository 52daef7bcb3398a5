import Server

await DaemonCommand.runAndExit()
