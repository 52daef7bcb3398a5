import ClientCommands

MusterCommands.runAndExit()
