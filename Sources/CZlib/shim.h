// Swift sees the system's zlib through this one header.
#include <zlib.h>
