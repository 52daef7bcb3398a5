// Swift sees OpenSSL's digests through this one header.
#include <openssl/evp.h>
