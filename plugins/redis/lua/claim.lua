-- Enter an object that is about to be created, and doubt it for a while. KEYS: root of the index, doubts.
-- ARGV: path, for how long (us). The time until which the doubt waits comes back.
local root, doubts, path = KEYS[1], KEYS[2], ARGV[1]

touch(root, doubts, path)
local refused = refusal(root, path)
if refused then return {refused} end
local stamp = whole(now() + tonumber(ARGV[2]))
enter(root, path)
redis.call('ZADD', doubts, stamp, path)
return stamp
