"""A seeded walk through the world, for as many steps as one likes: ``python -m tests.sdk.truth.walk --help``."""

import argparse
import logging
import random
import sys
import time
from dataclasses import dataclass, field

from tests.sdk.truth.clock import GRAINS
from tests.sdk.truth.listing import AMENDMENTS, KINDS, SUBJECTS
from tests.sdk.truth.oracle import Untrue
from tests.sdk.truth.store import STORES
from tests.sdk.truth.world import FAULTS, LAGS, LEADS, LIVES, SLOTS, World

_MINUTE = 60 * GRAINS


def _slot(draw):
    return draw.randrange(SLOTS)


def _subject(draw):
    return draw.randrange(len(SUBJECTS))


def _grains(draw):
    """Return a time: mostly moments, sometimes hours."""
    longest = draw.choice(
        (1, 4, GRAINS, GRAINS, 8 * GRAINS, 8 * GRAINS, _MINUTE, 20 * _MINUTE, 600 * _MINUTE)
    )
    return draw.randint(1, longest)


def _amend(draw):
    return _subject(draw), draw.randrange(3), draw.choice(AMENDMENTS)


def _happening(draw):
    """Return what may happen while the source is asked."""
    name, arguments = draw.choice(_MEANWHILE)
    return name, *arguments(draw)


STEPS = {
    "check": (300, lambda draw: (_slot(draw), _subject(draw))),
    "hurry": (40, lambda draw: (_slot(draw), _subject(draw))),
    "check_many": (25, lambda draw: (_slot(draw),)),
    "remember": (40, lambda draw: (_slot(draw), _subject(draw))),
    "land": (120, lambda draw: (_slot(draw),)),
    "tick": (90, lambda draw: (_grains(draw),)),
    "tick_to": (90, lambda draw: (draw.randrange(24), draw.choice((-1, 0, 0, 1)))),
    "step_wall": (6, lambda draw: (draw.choice((-1, 1)) * draw.randint(1, draw.choice((64, 3600 * 64))),)),
    "set_clock": (25, lambda draw: ()),
    "publish": (
        40,
        lambda draw: (
            _subject(draw),
            draw.randrange(len(KINDS)),
            draw.choice((-9, -1, -1, 0, 0, 1)),
            draw.choice((0, 0, 1, 1, 2, 9, 400, None)),
        ),
    ),
    "amend": (60, _amend),
    "strike_off": (3, lambda draw: (_subject(draw),)),
    "break_source": (8, lambda draw: (draw.randrange(len(FAULTS)),)),
    "break_rows": (3, lambda draw: ()),
    "mend_source": (36, lambda draw: ()),
    "allow": (10, lambda draw: (draw.randrange(len(LIVES)),)),
    "skew": (6, lambda draw: (draw.choice((0, *(1,) * 16, *range(len(LEADS)))),)),
    "be_tardy": (3, lambda draw: (draw.random() < 0.3,)),
    "lag": (8, lambda draw: (draw.choice((0, 0, *range(len(LAGS)))),)),
    "lose_changes": (10, lambda draw: (draw.randint(1, 2),)),
    "repeat_changes": (5, lambda draw: (draw.choice((0, 0, 1, 3)),)),
    "forget_feed": (2, lambda draw: ()),
    "take_snapshot": (4, lambda draw: ()),
    "follow": (130, lambda draw: (draw.choice((0, 0, 0, 1)),)),
    "import_snapshot": (3, lambda draw: (draw.choice((0, 0, 1)),)),
    "forget": (20, lambda draw: (_slot(draw), _subject(draw))),
    "restart": (6, lambda draw: (_slot(draw),)),
    "hush": (8, lambda draw: (_slot(draw), draw.randrange(GRAINS))),
    "lose": (6, lambda draw: (_slot(draw),)),
    "hear": (40, lambda draw: (_slot(draw),)),
    "leave": (10, lambda draw: (_slot(draw), draw.randrange(GRAINS))),
    "flicker": (10, lambda draw: (_slot(draw), draw.randrange(7), draw.choice((1, 1, 3)))),
    "come_back": (50, lambda draw: (_slot(draw),)),
    "clear": (2, lambda draw: (_slot(draw),)),
    "flush": (2, lambda draw: ()),
    "save": (6, lambda draw: ()),
    "roll_back": (4, lambda draw: (draw.random() < 0.7,)),
    "freeze": (1, lambda draw: ()),
    "thaw": (30, lambda draw: ()),
    "meanwhile": (60, _happening),
    "audit": (12, lambda draw: ()),
}
"""What happens how often, and how what it takes is drawn."""

_MEANWHILE = [
    (name, STEPS[name][1])
    for name, times in {
        "amend": 8,
        "publish": 2,
        "follow": 4,
        "forget": 4,
        "check": 4,
        "tick": 3,
        "leave": 2,
        "come_back": 2,
        "lose": 2,
        "hear": 2,
        "clear": 1,
        "flush": 1,
        "restart": 1,
        "break_source": 1,
        "skew": 1,
    }.items()
    for _ in range(times)
] + [("pass", lambda draw: ())] * 12


@dataclass
class Report:
    """What a walk came to.

    Attributes:
        steps: steps taken.
        queries: statuses judged.
        standings: how many of each standing, or of each reason where it was unknown.
        seconds: how long it took.
        cpu_seconds: how much of that this process computed.
    """

    steps: int = 0
    queries: int = 0
    standings: dict = field(default_factory=dict)
    seconds: float = 0.0
    cpu_seconds: float = 0.0


def steps_of(draw, count: int, focus=None):
    """Yield so many steps, each the name of a method of a world and what it takes.

    Args:
        draw: a random generator.
        count: how many.
        focus: how many times as often as usual some of them are taken.
    """
    names = list(STEPS)
    weights = [STEPS[name][0] * (focus or {}).get(name, 1) for name in names]
    while count > 0:
        for name in draw.choices(names, weights, k=min(1000, count)):
            yield name, STEPS[name][1](draw)
        count -= 1000


def replay(make_store, steps, *, seed: int, report: Report | None = None) -> Report:
    """Take steps, and raise ``Untrue`` at the first that shows or holds what it may not.

    Args:
        make_store: makes the store.
        steps: names of methods of a world, and what they take.
        seed: of the jitter.
        report: is filled in on the way.
    """
    report = report or Report()
    world = World(make_store, seed=seed)
    methods = {name: getattr(world, name) for name in STEPS}
    began, cpu_began = time.perf_counter(), time.process_time()
    try:
        for name, given in steps:
            report.steps += 1
            methods[name](*given)
    finally:
        report.queries, report.standings = world.queries, world.standings
        report.seconds = time.perf_counter() - began
        report.cpu_seconds = time.process_time() - cpu_began
        world.close()
    return report


def walk(make_store, *, steps: int, seed: int, report: Report | None = None, focus=None) -> Report:
    """Walk at random; the same seed is the same walk. See ``replay`` and ``steps_of``."""
    return replay(make_store, steps_of(random.Random(seed), steps, focus), seed=seed, report=report)


def shrink(make_store, steps: list, *, seed: int) -> list:
    """Return fewer steps that lead to the same fault, as they are found by leaving steps out."""
    fault = _fault_of(make_store, steps, seed)
    size = len(steps) // 2
    while size:
        at = 0
        while at < len(steps):
            fewer = steps[:at] + steps[at + size :]
            if _fault_of(make_store, fewer, seed) == fault:
                steps = fewer
            else:
                at += size
        size = size // 2 if size > 1 or at == 0 else 0
    return steps


def _fault_of(make_store, steps, seed: int) -> str | None:
    try:
        replay(make_store, steps, seed=seed)
    except Untrue as fault:
        return str(fault).partition(":")[0]
    return None


def main() -> None:
    """Walk as told on the command line."""

    def say(text) -> None:
        sys.stdout.write(f"{text}\n")

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=1_000_000)
    parser.add_argument("--tier", choices=sorted(STORES), default="memory")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    logging.disable()
    report, make_store = Report(), STORES[options.tier]
    try:
        walk(make_store, steps=options.steps, seed=options.seed, report=report)
    except Untrue as fault:
        say(fault)
        taken = list(steps_of(random.Random(options.seed), options.steps))[: report.steps]
        for name, given in shrink(make_store, taken, seed=options.seed):
            say(f"  {name}{given}")
        raise SystemExit(1) from None
    finally:
        say(f"{options.tier}, seed {options.seed}: {report.steps} steps, {report.queries} statuses judged,")
        say(
            f"{report.seconds:.1f} s, {report.steps / report.seconds:.0f} steps/s; "
            f"{report.cpu_seconds:.1f} s of CPU, {report.steps / report.cpu_seconds:.0f} steps/s of CPU"
        )
        for name, count in sorted(report.standings.items(), key=lambda item: -item[1]):
            say(f"  {name:24} {count}")


if __name__ == "__main__":
    main()
