"""How many examples a law is tried on: a share of what the profile says, so that a long run tries each on more."""

from hypothesis import settings


def tried(part, **options):
    """Return settings with a share of the profile's examples, at least one.

    Args:
        part: the share; below 1 for what takes long, above 1 where there is much to try.
        options: further settings.
    """
    return settings(max_examples=max(1, round(settings.default.max_examples * part)), **options)
