-- Doubt an entry, because the object is being removed ('always') or was not found ('new': unless it is in doubt
-- already).
-- KEYS: root of the index, doubts. ARGV: path, for how long (us), 'always' or 'new'.
-- The time until which the doubt waits comes back, or '' where there is nothing to doubt.
local root, doubts, path = KEYS[1], KEYS[2], ARGV[1]

touch(root, doubts, path)
if redis.call('EXISTS', root .. path) == 1 then return {'IS_DIRECTORY'} end
if not redis.call('ZSCORE', root .. parentOf(path), nameOf(path) .. '\0f') then return '' end
if ARGV[3] == 'new' and redis.call('ZSCORE', doubts, path) then return '' end
local stamp = whole(now() + tonumber(ARGV[2]))
redis.call('ZADD', doubts, stamp, path)
return stamp
