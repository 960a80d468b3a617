-- The object that claim.lua entered is there now. KEYS: root of the index, doubts.
-- ARGV: path, what claim.lua answered, time to live in ms or 0, a time before which the object was not there (us).
local root, doubts, path = KEYS[1], KEYS[2], ARGV[1]

touch(root, doubts, path)
local refused = refusal(root, path)
if refused then return {refused} end
enter(root, path)
if redis.call('ZSCORE', doubts, path) == ARGV[2] then expect(doubts, path, tonumber(ARGV[3]), tonumber(ARGV[4])) end
return 1
