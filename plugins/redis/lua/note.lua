-- Note a token with which an append has landed in the same transaction. KEYS: tokens. ARGV: token, size of the object.
note(KEYS[1], ARGV[1], ARGV[2])
return 1
