import Codec

print("")
