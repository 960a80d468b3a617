-- Append to an object. KEYS: stream, then the tokens if there is one, then as for write.lua.
-- ARGV: path, life, expected size or '', token or '', time to live in ms or 0, most entries or 0, waits, chunks...
-- "size:id:life" comes back: of the object, with the id of its last entry; only "size" where the token was known.
local stream, root, doubts = KEYS[1], KEYS[2], KEYS[3]
local path, life, expected, token = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local ttl, most, waits = tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[7]
local tokens
if token ~= '' then tokens, root, doubts = KEYS[2], KEYS[3], KEYS[4] end

local last, size = lastOf(stream), 0
if last then
  local known, old_life, open_line = measure(stream, last)
  size = known
  if open_line and #ARGV[8] > 0 then size = size + 1 end
  if old_life ~= '' then life = old_life end
end

if tokens then
  local landed = redis.call('ZSCORE', tokens, life .. token)
  if landed then return landed end
end
if expected ~= '' and tonumber(expected) ~= size then return {'SIZE', whole(size)} end

if not last then
  if waits == '' then return {'ABSENT'} end
  if waits == '0' then
    local refused = refusal(root, path)
    if refused then return {refused} end
    enter(root, path)
    expect(doubts, path, ttl)
  elseif now() > tonumber(waits) then
    return {'LATE'}
  end
end

local chunks = #ARGV - 7
local over = most > 0 and last and redis.call('XLEN', stream) + chunks - most or 0
if over > 0 then
  for _, entry in ipairs(redis.call('XRANGE', stream, '-', '+', 'COUNT', over)) do
    local content = contentOf(entry)
    size = size - #content
    if not isOurs(entry) and not endsLine(content) then size = size - 1 end
  end
end

local id = last and last[1]
for i = 8, #ARGV do
  if #ARGV[i] > 0 or not last then
    size = size + #ARGV[i]
    id = add(stream, id and '*' or birth(), ARGV[i], size, life)
  end
end
if over > 0 then redis.call('XTRIM', stream, 'MAXLEN', math.max(most, chunks)) end
if tokens then
  redis.call('ZADD', tokens, whole(size), life .. token)
  redis.call('ZREMRANGEBYRANK', tokens, 0, -10001)
  redis.call('PEXPIRE', tokens, 86400000)
end
if ttl > 0 then
  redis.call('PEXPIRE', stream, ttl)
  if doubts then expect(doubts, path, ttl) end
end
return whole(size) .. ':' .. id .. ':' .. life
