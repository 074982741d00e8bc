"""Files that commands are given: private keys, sets of public keys, texts."""

from __future__ import annotations

from pathlib import Path

from chengxin.errors import ConfigurationError
from chengxin.signing import KeySigner


def signer_of(key: Path, kid: str | None) -> KeySigner:
    """Return a signer with the private key of a file.

    Raises:
        ConfigurationError: it cannot be read, or holds no key to sign with.
    """
    text = read_text(key)
    return (
        KeySigner.from_jwk(text, kid=kid)
        if text.lstrip().startswith("{")
        else KeySigner.from_pem(text, kid=kid)
    )


def read_text(file: Path) -> str:
    """Return the text of a file.

    Raises:
        ConfigurationError: it cannot be read, or is no text.
    """
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise ConfigurationError(f"The file {file} cannot be read ({reason}).") from None
