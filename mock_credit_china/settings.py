"""What a mock source is started with."""

from dataclasses import dataclass
from datetime import datetime

from mock_credit_china.code import BODY_SPACE
from mock_credit_china.part import FORMATS, Format


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Choose the population, the clock and the credentials of one mock source.

    Args:
        seed: the same seed and the same starting clock give byte-identical answers.
        subjects: how many subjects are generated beside the cast.
        start_at: where the mock clock starts (aware); absent means the machine's time.
        frozen: whether the clock stands still until it is moved.
        app_key: the key that is let in.
        secret: the secret of both keys.
        disabled_key: a key that signs correctly and is refused with 40301.
        max_age: seconds a client may keep a listing, as said in ``Cache-Control``.
        retained_changes: how many changes the feed remembers before a cursor is too old.
        snapshot_formats: the formats snapshots are written in, ``ndjson.gz`` and ``parquet``.
        snapshot_rows: how many rows a file of a snapshot has at most.
    """

    seed: int = 1
    subjects: int = 10_000
    start_at: datetime | None = None
    frozen: bool = False
    app_key: str = "mock-app-key"
    secret: str = "mock-app-secret"  # noqa: S105 - a fake's published secret guards nothing
    disabled_key: str = "mock-disabled-key"
    max_age: int = 3600
    retained_changes: int = 100_000
    snapshot_formats: tuple[Format, ...] = FORMATS
    snapshot_rows: int = 500_000

    def __post_init__(self) -> None:
        if not 0 <= self.subjects < BODY_SPACE:
            raise ValueError(f"subjects must be between 0 and {BODY_SPACE - 1}, not {self.subjects}")
        if self.start_at is not None and self.start_at.tzinfo is None:
            raise ValueError("start_at needs an offset, e.g. 2026-11-22T10:00:00+08:00")
        if self.max_age < 0 or self.retained_changes < 1:
            raise ValueError("max_age must be 0 or more and retained_changes 1 or more")
        formats = self.snapshot_formats
        if not formats or len(set(formats)) < len(formats) or set(formats) - set(FORMATS):
            raise ValueError(
                f"snapshot_formats must be some of {', '.join(FORMATS)}, each once, not {formats}"
            )
        if self.snapshot_rows < 1:
            raise ValueError("snapshot_rows must be 1 or more")
        if not self.app_key or not self.secret or self.app_key == self.disabled_key:
            raise ValueError(
                "app_key and secret must not be empty, and app_key must differ from disabled_key"
            )
