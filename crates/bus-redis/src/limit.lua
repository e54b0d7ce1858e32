-- GCRA by the server's clock, in microseconds.
-- KEYS[1]: the theoretical arrival time of the next use. ARGV: interval of one use, uses at once.
-- Answers {allowed, remaining, retry after, reset after}.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local interval = tonumber(ARGV[1])
local count = tonumber(ARGV[2])
local window = interval * count

local due = tonumber(redis.call('GET', KEYS[1])) or now
-- The second bound holds when the server's clock was set back.
due = math.min(math.max(due, now), now + window)

local next_due = due + interval
local wait = next_due - window - now
-- Half a microsecond: what rounding may add.
if wait > 0.5 then
  return {0, 0, math.ceil(wait), math.ceil(due - now)}
end
redis.call('SET', KEYS[1], string.format('%.3f', next_due), 'PX', math.ceil((next_due - now) / 1000) + 1)
-- A hundredth of a use: what rounding may take.
local remaining = math.floor((window - (next_due - now)) / interval + 0.01)
return {1, remaining, 0, math.ceil(next_due - now)}
