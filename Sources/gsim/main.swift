import Workbench

await GSim.runAndExit()
