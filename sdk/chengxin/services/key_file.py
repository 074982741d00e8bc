"""Keys in files."""

from __future__ import annotations

from pathlib import Path

from chengxin.errors import ConfigurationError
from chengxin.signing import KeySigner


def read_signer(file: Path, kid: str | None = None) -> KeySigner:
    """Return a signer with the private key of a file.

    Args:
        file: PKCS #8 PEM, or a JWK.
        kid: name of the key; else its own or its thumbprint.

    Raises:
        ConfigurationError: the file cannot be read, or holds no key to sign with.
    """
    text = read_key_text(file)
    is_jwk = text.lstrip().startswith("{")
    return KeySigner.from_jwk(text, kid=kid) if is_jwk else KeySigner.from_pem(text, kid=kid)


def read_key_text(file: Path) -> str:
    """Return the text of a file, which holds keys or what was signed with them.

    Raises:
        ConfigurationError: it cannot be read, or is no text.
    """
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise ConfigurationError(f"The file {file} cannot be read ({reason}).") from None
