-- Remove the stream of an object, whose entry is elsewhere. KEYS: stream, tokens. 1 if it was there.
local entries = redis.call('XLEN', KEYS[1])
redis.call('DEL', KEYS[1], KEYS[2])
return entries > 0 and 1 or 0
