"""What one process sees of a shared tier, where operations fail and news comes late or never."""

from collections import deque
from enum import Enum, auto

from chengxin.cache.local import LocalTier
from chengxin.errors import TierUnavailable


class Contact(Enum):
    """Whether a process hears what is told."""

    OPEN = auto()
    """It does."""
    SILENT = auto()
    """It does not, and has not noticed: for a second at most."""
    LOST = auto()
    """It does not, and was told so."""


class BoardLine:
    """The board of a tier, out of reach while the tier is."""

    def __init__(self, line) -> None:
        self._line = line

    def __getattr__(self, name):
        def operation(*given, **named):
            return getattr(self._line.reach().board, name)(*given, **named)

        return operation


class Line:
    """A cache tier of one process, with faults between it and the store.

    It stays where the process is started again; ``plug`` gives it another tier of the same store.

    Args:
        world: what is told on it.
        slot: number of the process.
    """

    def __init__(self, world, slot: int) -> None:
        self._world = world
        self._slot = slot
        self._tier = None
        self._listener = None
        self._late = deque()
        self.contact = Contact.OPEN
        self.has_attended = True
        """Whether the process has turned to the store since it could not tell it something."""
        self.flicker = (0, 0)
        """How many of the next operations succeed, and how many fail then."""
        self.is_away = False
        """Whether no operation reaches the store."""
        self.has_put = True
        """Whether the store took what was told last to be gone; the feed tells it again else."""
        self.unread_at = None
        """When it could last not be looked up what was told to be gone, aware UTC."""
        self.silent_until = None
        """When the process notices at the latest that it hears nothing, in grains of the monotonic clock."""
        self.cut_at = None
        """Since when nothing is heard, aware UTC."""
        self.deaf = None
        """From when to when the process heard nothing before its first contact, aware UTC; None once it had any."""
        self._board = BoardLine(self)

    @property
    def board(self) -> BoardLine:
        """Notes, counters and leases."""
        return self._board

    @property
    def name(self) -> str:
        """Kind of tier."""
        return self._tier.name

    def plug(self, tier) -> None:
        """Take a tier of the store; a process that is started anew hears everything from its first listening on."""
        is_new = tier is not self._tier
        self._tier, self._listener = tier, None
        self._late.clear()
        self.silent_until = None
        self.contact = Contact.LOST if self.is_away else Contact.OPEN
        self.cut_at = self._world.clock.now() if self.is_away else None
        self.deaf = (self.cut_at, None) if self.is_away else None
        if is_new:
            self._relay = Relay(self)

    def reach(self):
        """Return the tier behind.

        Raises:
            TierUnavailable: it is away.
        """
        rest, failures = self.flicker
        if rest:
            self.flicker = (rest - 1, failures)
        elif failures:
            self.flicker = (0, failures - 1)
        if self.is_away or (failures and not rest):
            raise TierUnavailable("It is away.", tier="line")
        return self._tier

    # What the world does to it.

    def hush(self, for_grains: int) -> None:
        """Hear nothing from now on, without notice so far."""
        if self.contact is Contact.OPEN:
            self.contact = Contact.SILENT
            self.cut_at = self._world.clock.now()
            self.silent_until = self._world.clock.monotonic_grains() + for_grains

    def lose(self) -> None:
        """Notice that nothing is heard: what was said meanwhile is lost."""
        self.hush(0)
        if self.contact is Contact.SILENT:
            self.contact, self.silent_until = Contact.LOST, None
            self._late.clear()
            self._world.oracle.note_deaf(self._slot)
            if self._listener is not None:
                self._listener.on_lost()

    def hear(self) -> None:
        """Hear again: late what was said while it was silent, or from now on after it was lost."""
        if self.is_away:
            return
        before, self.contact, self.silent_until, self.cut_at = self.contact, Contact.OPEN, None, None
        if self.deaf is not None and self.deaf[1] is None:
            self.deaf = (self.deaf[0], self._world.clock.now())
        if before is Contact.SILENT:
            while self._late:
                self._pass_on(*self._late.popleft())
        elif before is Contact.LOST and self._listener is not None:
            self._listener.on_restored()

    # What the store says.

    def say(self, what: str, *given) -> None:
        """Pass on, keep for later or lose what the store tells."""
        if self.contact is Contact.OPEN:
            self._pass_on(what, *given)
        elif self.contact is Contact.SILENT:
            self._late.append((what, *given))

    def _pass_on(self, what: str, *given) -> None:
        if self._listener is not None:
            self._world.oracle.note_heard(self._slot, what, *given)
            getattr(self._listener, what)(*given)

    def say_lost(self) -> None:
        """Pass on that the tier itself has lost its contact."""
        if self.contact is not Contact.LOST:
            self.lose()

    def say_restored(self) -> None:
        """Pass on that the tier itself hears again."""
        if self.contact is Contact.LOST:
            self.hear()

    # What the process asks.

    def listen(self, listener) -> None:
        """Hear what is told; the first time, what was missed before is behind."""
        self.has_attended = True
        if self._listener is listener:
            return
        self._listener = listener
        self._tier.listen(self._relay)
        try:
            self._tier.pump()
        except TierUnavailable:
            self.lose()
        if self.contact is Contact.OPEN:
            listener.on_restored()

    def invalidate(self, codes) -> None:
        """Forget subjects everywhere."""
        self.has_attended = False
        self.reach().invalidate(codes)
        self.has_attended = True
        self._world.oracle.note_told(self._slot, codes)
        self._world.pump()

    def clear(self) -> None:
        """Forget everything everywhere."""
        self.reach().clear()
        self._world.pump()

    def write_mark(self, mark) -> None:
        """Keep how far the feed was followed."""
        self._world.oracle.note_mark(mark)
        self.reach().write_mark(mark)
        self._world.pump()

    def read(self, code):
        """Return what is kept."""
        return self.reach().read(code)

    def open(self, code):
        """Return a ticket."""
        return self.reach().open(code)

    def write(self, code, kept, *, ticket):
        """Keep an entry."""
        return self.reach().write(code, kept, ticket=ticket)

    def write_many(self, rows):
        """Keep many entries."""
        return self.reach().write_many(rows)

    def put_gone(self, rows, *, life_seconds):
        """Keep what was told to be gone."""
        self.has_put = False
        self.reach().put_gone(rows, life_seconds=life_seconds)
        self.has_put = True

    def read_gone(self, names):
        """Return what of these was told to be gone."""
        try:
            return self.reach().read_gone(names)
        except TierUnavailable:
            self.unread_at = self._world.clock.now()
            raise

    def scan(self):
        """Yield all entries."""
        return self.reach().scan()

    def read_mark(self):
        """Return how far the feed was followed."""
        return self.reach().read_mark()

    def pump(self) -> None:
        """Return when all was heard."""
        if self._tier is not None:
            self._tier.pump()

    def close(self) -> None:
        """Leave the tier to the store."""


class NearLine(Line, LocalTier):
    """A line that is taken for the tier of its own process, which it leads to."""


class Relay:
    """The listener that a tier knows, for a process that may be started again."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def on_invalidated(self, codes) -> None:
        """Pass it on."""
        self._line.say("on_invalidated", list(codes))

    def on_cleared(self) -> None:
        """Pass it on."""
        self._line.say("on_cleared")

    def on_marked(self, mark) -> None:
        """Pass it on."""
        self._line.say("on_marked", mark)

    def on_lost(self) -> None:
        """Pass it on."""
        self._line.say_lost()

    def on_restored(self) -> None:
        """Pass it on."""
        self._line.say_restored()
