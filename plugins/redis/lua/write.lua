-- Replace an object. KEYS: stream, and where the index is on the same server: root of the index, doubts.
-- ARGV: path, life, condition ('', 'absent' or a version), time to live in ms or 0,
--       until when (us) the index waits for a creation ('' no entry is made yet, '0' it is made here), chunks...
local stream, root, doubts = KEYS[1], KEYS[2], KEYS[3]
local path, life, condition, ttl, waits = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5]

local last = lastToGo(stream)
if condition == 'absent' then
  if last then return {'EXISTS'} end
elseif condition ~= '' then
  if not last then return {'CONFLICT'} end
  local _, old_life = measure(stream, last)
  if last[1] .. ':' .. old_life ~= condition then return {'CONFLICT'} end
end

if not last then
  if waits == '' then return {'ABSENT'} end
  if waits == '0' then
    local refused = refusal(root, path)
    if refused then return {refused} end
    enter(root, path)
  elseif now() > tonumber(waits) then
    return {'LATE'}
  end
end

local size, id = 0, last and '*' or birth()
for i = 6, #ARGV - 1 do
  size = size + #ARGV[i]
  add(stream, id, ARGV[i], size, life)
  id = '*'
end
id = addLast(stream, id, ARGV[#ARGV], size + #ARGV[#ARGV], life, #ARGV - 5)

if ttl > 0 then
  redis.call('PEXPIRE', stream, ttl)
  if doubts then expect(doubts, path, ttl) end
elseif last and redis.call('PERSIST', stream) == 1 and doubts then
  expect(doubts, path, 0)
elseif not last and doubts then
  expect(doubts, path, 0)
end
return id .. ':' .. life
