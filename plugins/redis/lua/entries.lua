-- How one entry of a stream looks. Ours hold the bytes, then the size of the object up to here and the life of the
-- object; others hold the bytes in a field of their own choice, and a line feed parts them from what follows.

local function isOurs(entry)
  local fields = entry[2]
  return #fields == 4 and fields[1] == 'content' and fields[3] == 'tally'
end

local function contentOf(entry)
  local fields = entry[2]
  for i = 1, #fields, 2 do
    if fields[i] == 'content' then return fields[i + 1] end
  end
  error({err = 'CORRUPT entry ' .. entry[1] .. ' has no field content'})
end

local function endsLine(text) return string.sub(text, -1) == '\n' end

local function lastOf(stream) return redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 1)[1] end

-- Call visit(bytes) for each piece of the object in order; it may return true to stop.
local function walk(stream, visit)
  local from, open_line = '-', false
  while true do
    local page = redis.call('XRANGE', stream, from, '+', 'COUNT', 64)
    for _, entry in ipairs(page) do
      if open_line and visit('\n') then return end
      local content = contentOf(entry)
      if visit(content) then return end
      open_line = not isOurs(entry) and not endsLine(content)
    end
    if #page < 64 then return end
    from = '(' .. page[#page][1]
  end
end

-- Size and life of an object with this last entry, and whether a line feed comes before what is appended.
local function measure(stream, last)
  if isOurs(last) then
    local mark = last[2][4]
    local colon = string.find(mark, ':', 1, true)
    return tonumber(string.sub(mark, 1, colon - 1)), string.sub(mark, colon + 1), false
  end
  local size = 0
  walk(stream, function(bytes) size = size + #bytes end)
  return size, '', not endsLine(contentOf(last))
end

local function add(stream, content, size, life)
  return redis.call('XADD', stream, '*', 'content', content, 'tally', string.format('%d:%s', size, life))
end

-- The same for the last of `entries` entries that stay; those before them go.
local function addLast(stream, content, size, life, entries)
  local mark = string.format('%d:%s', size, life)
  return redis.call('XADD', stream, 'MAXLEN', entries, '*', 'content', content, 'tally', mark)
end
