-- Drop a directory that is not there from those above it. KEYS: root of the index, doubts. ARGV: path.
-- 1 if it was listed.
local root, doubts, path = KEYS[1], KEYS[2], ARGV[1]

touch(root, doubts, path)
if redis.call('EXISTS', root .. path) == 1 then return 0 end
return leave(root, path, '\0d')
