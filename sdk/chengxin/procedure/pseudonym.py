"""Who acts for a merchant stands in the ledger under a keyed pseudonym, since nothing in its chain is ever erased (I8).

The key is random, of one procedure alone, and is kept and erased with what was said in it. While it is there, the steps
of one person in that procedure are seen to be hers, and who knows her name can show that they are. Once it is erased
nobody can, not even by trying every name there is; and at no time do pseudonyms tie two procedures together.
"""

from __future__ import annotations

import hmac
from typing import Any, Final

from chengxin.canonical import canonical_bytes
from chengxin.policy.lifecycle import person_key

KEY_BYTES: Final = 32
"""So many random bytes a key has."""
_DIGITS: Final = 32
_NAME: Final = b"chengxin person\x1f"
_WORDS: Final = b"chengxin words\x1f"


def pseudonym_of(name: str, *, key: bytes) -> str:
    """Return the pseudonym of a person in one procedure; however the name is spaced or cased, it is the same.

    >>> pseudonym_of("李明", key=bytes(32)) == pseudonym_of(" 李　明", key=bytes(32))
    True
    """
    return f"person:{hmac.digest(key, _NAME + person_key(name).encode(), 'sha256').hex()[:_DIGITS]}"


def keyed_digest(said: Any, *, key: bytes) -> str:  # noqa: ANN401  # any JSON value
    """Return the digest of what was said, as a JSON value: while the key is kept, it shows any change."""
    return f"hmac-sha256:{hmac.digest(key, _WORDS + canonical_bytes(said), 'sha256').hex()}"
