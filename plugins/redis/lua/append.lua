-- Append to an object. KEYS: stream, then the tokens if there is one, then as for write.lua.
-- ARGV: path, life, expected size or '', token or '', time to live in ms or 0, most entries or 0, waits, chunks...
-- "size:id:life" comes back: of the object, with the id of its last entry; only "size" where no entry was made.
local stream, root, doubts = KEYS[1], KEYS[2], KEYS[3]
local path, life, expected, token = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local ttl, most, waits = tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[7]
local tokens
if token ~= '' then tokens, root, doubts = KEYS[2], KEYS[3], KEYS[4] end

local last, size, open_line = lastOf(stream), 0, false
if last then
  local old_life
  size, old_life, open_line = measure(stream, last)
  if old_life ~= '' then life = old_life end
end

if tokens then
  local landed = last and landedAs(tokens, token)
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
  if tokens then redis.call('DEL', tokens) end -- of an earlier object
end

local added = {}
for i = 8, #ARGV do
  if #ARGV[i] > 0 then added[#added + 1] = ARGV[i] end
end
if not last and #added == 0 then added[1] = '' end

if open_line and #added > 0 then size = size + 1 end
local over = most > 0 and last and #added > 0 and redis.call('XLEN', stream) + #added - most or 0
if over > 0 then
  for _, entry in ipairs(redis.call('XRANGE', stream, '-', '+', 'COUNT', over)) do
    local content = contentOf(entry)
    size = size - #content
    if not isOurs(entry) and not endsLine(content) then size = size - 1 end
  end
end

local id = last and last[1]
for _, chunk in ipairs(added) do
  size = size + #chunk
  id = add(stream, id and '*' or birth(), chunk, size, life)
end
if over > 0 then redis.call('XTRIM', stream, 'MAXLEN', math.max(most, #added)) end
if tokens then note(tokens, token, whole(size)) end
if ttl > 0 then
  redis.call('PEXPIRE', stream, ttl)
  if doubts then expect(doubts, path, ttl) end
end
-- The last entry is not of this moment then, and perhaps an open line of others: nothing to go on from.
if #added == 0 then return whole(size) end
return whole(size) .. ':' .. id .. ':' .. life
