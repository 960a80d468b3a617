-- Enter a directory that is there into those above it, all the way up. KEYS: root of the index, doubts. ARGV: path.
local root, doubts, path = KEYS[1], KEYS[2], ARGV[1]

touch(root, doubts, path)
if redis.call('EXISTS', root .. path) == 0 then return 0 end
while path ~= '' do
  local directory = parentOf(path)
  redis.call('ZADD', root .. directory, 0, nameOf(path) .. '\0d')
  path = directory
end
return 1
