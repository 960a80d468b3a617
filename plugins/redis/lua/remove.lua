-- Remove an object and its entry. KEYS: stream, tokens, root of the index, doubts. ARGV: path. 1 if it was there.
local stream, tokens, root, doubts, path = KEYS[1], KEYS[2], KEYS[3], KEYS[4], ARGV[1]

local last = lastToGo(stream)
if not last and redis.call('EXISTS', root .. path) == 1 then return {'IS_DIRECTORY'} end
redis.call('DEL', stream, tokens)
leave(root, path, '\0f')
redis.call('ZREM', doubts, path)
return last and 1 or 0
