import Workbench

GSim.runAndExit()
