-- How one entry of a stream looks. Ours hold the bytes, then the mark: the size of the object up to here, the life of
-- the object, and how many milliseconds after the time in its id the entry was made ("11:life", "11:life+250"). Others
-- hold the bytes and nothing else, and a line feed parts them from what follows.

local function isOurs(entry)
  local fields = entry[2]
  return #fields == 4 and fields[1] == 'content' and fields[3] == 'tally' and string.find(fields[4], '^%d+:') ~= nil
end

local function contentOf(entry)
  local fields = entry[2]
  if isOurs(entry) or #fields == 2 and fields[1] == 'content' then return fields[2] end
  error({err = 'CORRUPT entry ' .. entry[1] .. ' is not of the field content alone'})
end

local function endsLine(text) return string.sub(text, -1) == '\n' end

local function lastOf(stream) return redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 1)[1] end

-- The last entry of what is about to go, if there is one: an error unless it is an object's.
local function lastToGo(stream)
  local last = lastOf(stream)
  if last then contentOf(last) end
  return last
end

-- The size that the mark of an entry of ours tells.
local function sizeAt(entry) return tonumber(string.match(entry[2][4], '^%d+')) end

-- Call visit(bytes, at) for each piece of the object in order; it may return true when it has enough. Then the walk
-- ends at the next entry of ours whose mark agrees with what came before it. Where none does, as after streamMaxLen, it
-- ends with the stream: the last mark has to agree, else somebody trimmed or edited it.
local function walk(stream, visit)
  local from, at, open_line, wanted, agrees = '-', 0, false, true, true
  local function give(bytes)
    if wanted and visit(bytes, at) then wanted = false end
    at = at + #bytes
  end
  while true do
    local page = redis.call('XRANGE', stream, from, '+', 'COUNT', 64)
    for _, entry in ipairs(page) do
      if open_line then give('\n') end
      local content, ours = contentOf(entry), isOurs(entry)
      give(content)
      open_line = not ours and not endsLine(content)
      if ours then agrees = sizeAt(entry) == at end
      if ours and agrees and not wanted then return end
    end
    if #page < 64 then break end
    from = '(' .. page[#page][1]
  end
  if not agrees then error({err = 'CORRUPT stream has other bytes than its entries tell'}) end
end

-- Size and life of an object with this last entry, whether a line feed comes before what is appended, and the rest of
-- the mark.
local function measure(stream, last)
  if isOurs(last) then
    local size, life, rest = string.match(last[2][4], '^(%d+):([^+]*)(.*)$')
    return tonumber(size), life, false, rest
  end
  local size = 0
  walk(stream, function(bytes) size = size + #bytes end)
  return size, '', not endsLine(contentOf(last)), ''
end

-- The id of an object's first entry. By the microseconds in it, it is behind all that an earlier object of the same
-- name had, even in the same millisecond.
local function birth()
  local time = redis.call('TIME')
  local milliseconds = math.floor(time[2] / 1000)
  return string.format('%s%03d-%d', time[1], milliseconds, (time[2] - milliseconds * 1000) * 4294967296)
end

local function add(stream, id, content, size, life)
  return redis.call('XADD', stream, id, 'content', content, 'tally', string.format('%d:%s', size, life))
end

-- The same for the last of `entries` entries that stay; those before them go.
local function addLast(stream, id, content, size, life, entries)
  local mark = string.format('%d:%s', size, life)
  return redis.call('XADD', stream, 'MAXLEN', entries, id, 'content', content, 'tally', mark)
end
