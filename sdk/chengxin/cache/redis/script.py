"""What Redis does in one step: Lua scripts. Those on entries refuse where the epoch is another by now."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Final

OTHER_EPOCH: Final = "OTHEREPOCH"
"""Begins the error of a script whose caller takes another epoch for the current one."""

_IN_EPOCH: Final = f"""
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return redis.error_reply('{OTHER_EPOCH} everything was forgotten meanwhile')
end
"""

_PUT: Final = """
local function put(key, body, life)
  local held = redis.call('GET', key)
  if held and #held >= 16 then
    local ends, fetched = struct.unpack('>dd', held)
    local counts = ends > tonumber(ARGV[2]) and fetched <= tonumber(ARGV[3])
    if counts and struct.unpack('>d', body, 9) < fetched then
      return 0
    end
  end
  redis.call('SET', key, body, 'PX', life)
  return 1
end
"""
"""Keeps a body, unless what is kept was fetched later. A body begins with its end and when it was fetched; what is
kept counts where it ends after ``now`` and was fetched no later than ``latest``."""


@dataclass(frozen=True, slots=True)
class Script:
    """A script and the name that Redis keeps it under."""

    text: str
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        digest = hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()
        object.__setattr__(self, "digest", digest)


LEARN: Final = Script("""
local epoch = redis.call('GET', KEYS[1])
if not epoch then
  epoch = ARGV[1]
  redis.call('SET', KEYS[1], epoch)
end
return epoch
""")
"""epoch | one to take where there is none → the epoch"""

OPEN: Final = Script(
    _IN_EPOCH
    + """
local generation = redis.call('GET', KEYS[2])
if generation then
  redis.call('PEXPIRE', KEYS[2], ARGV[3])
  return generation
end
redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
return ARGV[2]
"""
)
"""epoch, generation | epoch, one to take where there is none, its life → the generation"""

KEEP: Final = Script(
    _IN_EPOCH
    + _PUT
    + """
if redis.call('GET', KEYS[2]) ~= ARGV[4] then
  return 0
end
return put(KEYS[3], ARGV[5], ARGV[6])
"""
)
"""epoch, generation, entry | epoch, now, latest, generation of the ticket, body, its life → kept?"""

FILL: Final = Script(
    _IN_EPOCH
    + _PUT
    + """
local count = 0
for n = 2, #KEYS do
  count = count + put(KEYS[n], ARGV[2 * n], ARGV[2 * n + 1])
end
return count
"""
)
"""epoch, entry… | epoch, now, latest, (body, its life)… → how many were kept"""

FORGET: Final = Script(
    _IN_EPOCH
    + """
for n = 2, #KEYS do
  redis.call('UNLINK', KEYS[n])
end
redis.call('PUBLISH', ARGV[2], ARGV[3])
return 1
"""
)
"""epoch, what to forget… | epoch, channel, message: nobody hears of it before it is forgotten"""

GONE: Final = Script("""
for n = 1, #KEYS do
  if ARGV[n + 1] == '' then
    redis.call('UNLINK', KEYS[n])
  else
    redis.call('SET', KEYS[n], ARGV[n + 1], 'PX', ARGV[1])
  end
end
return 1
""")
"""what may be gone… | how long it is known, version or nothing… : of whatever run and epoch, it is no entry"""

MARK: Final = Script(
    _IN_EPOCH
    + """
redis.call('SET', KEYS[2], ARGV[4])
redis.call('PUBLISH', ARGV[2], ARGV[3])
return 1
"""
)
"""epoch, mark | epoch, channel, message, body"""

CLEAR: Final = Script("""
redis.call('SET', KEYS[1], ARGV[1])
redis.call('PUBLISH', ARGV[2], ARGV[3])
return 1
""")
"""epoch | the new epoch, channel, message"""

COUNT: Final = Script("""
local count = redis.call('INCRBY', KEYS[1], ARGV[1])
if redis.call('PTTL', KEYS[1]) < 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return count
""")
"""counter | amount, its life → the count"""

TAKE: Final = Script("""
local held = redis.call('GET', KEYS[1])
if held then
  local cut = string.find(held, ' ', 1, true)
  local process = string.sub(held, 1, cut - 1)
  if string.sub(held, cut + 1) ~= ARGV[1] then
    if process == '-' or redis.call('PUBSUB', 'NUMSUB', ARGV[4] .. process)[2] > 0 then
      return 0
    end
  end
end
redis.call('SET', KEYS[1], ARGV[2] .. ' ' .. ARGV[1], 'PX', ARGV[3])
return 1
""")
"""lease | owner, its process or -, its life, what the channel of a process begins with → held?

A process that is heard of by nobody has ended: its connection is closed by the kernel, however it ended.
"""

RELEASE: Final = Script("""
local held = redis.call('GET', KEYS[1])
if held and string.sub(held, string.find(held, ' ', 1, true) + 1) == ARGV[1] then
  redis.call('UNLINK', KEYS[1])
end
return 1
""")
"""lease | owner"""
