-- End a doubt, unless somebody renewed it. KEYS: root of the index, doubts.
-- ARGV: path, the doubt's time, what PTTL says of the object (-2 it is not there, -1 it stays), a time before it was
-- asked.
local root, doubts, path, left = KEYS[1], KEYS[2], ARGV[1], tonumber(ARGV[3])

touch(root, doubts, path)
if redis.call('ZSCORE', doubts, path) ~= ARGV[2] then return 0 end
if left == -2 then leave(root, path, '\0f') end
if left == 0 then left = 1 end -- its last millisecond
expect(doubts, path, left, tonumber(ARGV[4]))
return 1
