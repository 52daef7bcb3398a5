// The shim's executable: see Sources/CTaskLauncher/README.md.
#include "CTaskLauncher.h"

int main(int argc, char **argv) { return muster_shim_main(argc, argv); }
