-- A part of an object. KEYS: stream. ARGV: offset, length.
-- Back come id and mark without the size, size, and the part in pieces; nothing for an object that is not there;
-- {'RANGE', size} for an offset behind its end.
local stream, offset, length = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])

local last = lastOf(stream)
if not last then return {} end
local size, life, _, rest = measure(stream, last)
if offset > size then return {'RANGE', whole(size)} end
local stop = math.min(offset + length, size)
local answer = {last[1] .. ':' .. life .. rest, whole(size)}

local function take(bytes, at)
  local first, behind = math.max(offset - at, 0), math.min(stop - at, #bytes)
  if first < behind then answer[#answer + 1] = string.sub(bytes, first + 1, behind) end
end

local function fromTheStart()
  walk(stream, function(bytes, at)
    take(bytes, at)
    return at + #bytes >= stop
  end)
end

local function fromTheEnd()
  local found, at, to = {}, size, '+'
  while at > offset do
    local page = redis.call('XREVRANGE', stream, to, '-', 'COUNT', 16)
    for _, entry in ipairs(page) do
      if not isOurs(entry) or sizeAt(entry) ~= at then return nil end
      at = at - #entry[2][2]
      found[#found + 1] = {entry[2][2], at}
      if at <= offset then break end
    end
    if #page < 16 then break end
    to = '(' .. page[#page][1]
  end
  return at <= offset and found or nil
end

if stop > offset then
  local found = offset > size / 2 and fromTheEnd()
  if found then
    for i = #found, 1, -1 do take(found[i][1], found[i][2]) end
  else
    fromTheStart()
  end
end
return answer
