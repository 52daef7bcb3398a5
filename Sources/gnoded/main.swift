import Agent

await GNoded.runAndExit()
