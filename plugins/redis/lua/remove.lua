-- Remove an object and its entry. KEYS: stream, tokens, root of the index, doubts. ARGV: path. 1 if it was there.
local stream, tokens, root, doubts, path = KEYS[1], KEYS[2], KEYS[3], KEYS[4], ARGV[1]

local entries = redis.call('XLEN', stream)
if entries == 0 and redis.call('EXISTS', root .. path) == 1 then return {'IS_DIRECTORY'} end
redis.call('DEL', stream, tokens)
leave(root, path, '\0f')
redis.call('ZREM', doubts, path)
return entries > 0 and 1 or 0
