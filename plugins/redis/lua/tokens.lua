-- The tokens of an object's latest appends: a hash that has 't<token>' = size of the object just behind that append,
-- and, to forget the oldest ones, 'n' = how many there have been, and a ring of them, 'r<number>' = token.
local ring = 10000

local function landedAs(tokens, token) return redis.call('HGET', tokens, 't' .. token) end

local function note(tokens, token, size)
  local slot = 'r' .. string.format('%d', redis.call('HINCRBY', tokens, 'n', 1) % ring)
  local oldest = redis.call('HGET', tokens, slot)
  if oldest then redis.call('HDEL', tokens, 't' .. oldest) end
  redis.call('HSET', tokens, slot, token, 't' .. token, size)
  redis.call('PEXPIRE', tokens, 86400000)
end
