-- Remove the stream of an object, whose entry is elsewhere. KEYS: stream, tokens. 1 if it was there.
local last = lastToGo(KEYS[1])
redis.call('DEL', KEYS[1], KEYS[2])
return last and 1 or 0
