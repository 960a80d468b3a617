-- The index: one sorted set a directory, whose members are name, NUL, and 'f' or 'd'; and the doubts: objects whose
-- entry has to be looked at again at a given time, in microseconds. A directory is there while its set is.

local function parentOf(path) return string.match(path, '^(.*)/[^/]*$') or '' end
local function nameOf(path) return string.match(path, '[^/]*$') end

-- Why `path` can't be a file, or nil. Reads every set that enter() may write.
local function refusal(root, path)
  if redis.call('EXISTS', root .. path) == 1 then return 'IS_DIRECTORY' end
  local directory = parentOf(path)
  while redis.call('EXISTS', root .. directory) == 0 and directory ~= '' do
    local above = parentOf(directory)
    if redis.call('ZSCORE', root .. above, nameOf(directory) .. '\0f') then return 'NOT_DIRECTORY' end
    directory = above
  end
end

-- Read all that a change of `path` may write, so that a key which has moved to another node is noticed before the first
-- write and nothing is done by halves.
local function touch(root, doubts, path)
  redis.call('EXISTS', doubts)
  while path ~= '' do
    path = parentOf(path)
    redis.call('EXISTS', root .. path)
  end
end

local function enter(root, path)
  local kind = '\0f'
  while path ~= '' do
    local directory = parentOf(path)
    local existed = redis.call('EXISTS', root .. directory)
    redis.call('ZADD', root .. directory, 0, nameOf(path) .. kind)
    if existed == 1 then return end
    path, kind = directory, '\0d'
  end
end

-- Take out an entry, and those of directories that have nothing in them any more. How many of the first there were.
local function leave(root, path, kind)
  local first
  while path ~= '' do
    local directory = parentOf(path)
    local left = redis.call('ZREM', root .. directory, nameOf(path) .. kind)
    first = first or left
    if redis.call('EXISTS', root .. directory) == 1 then return first end
    path, kind = directory, '\0d'
  end
  return first
end

local function now()
  local time = redis.call('TIME')
  return time[1] * 1000000 + time[2]
end
local function whole(number) return string.format('%d', number) end

-- Look at the entry again when the object's time is over, which began at `since` (us) or begins now; without a time
-- there is nothing to doubt.
local function expect(doubts, path, milliseconds, since)
  if milliseconds > 0 then
    redis.call('ZADD', doubts, whole((since or now()) + milliseconds * 1000), path)
  else
    redis.call('ZREM', doubts, path)
  end
end
