"""Signatures that anybody can check offline: JWS in compact form, EdDSA (Ed25519) or ES256, and nothing else.

>>> signer = KeySigner.from_pem(generate_key())
>>> token = signer.sign({"hello": "world"}, typ="greeting+jws")
>>> Verifier.of(signer).verify(token, typ="greeting+jws").payload
b'{"hello":"world"}'
"""

from chengxin.signing.algorithm import Algorithm
from chengxin.signing.fault import SignatureFault
from chengxin.signing.key import KeySigner, Signer, generate_key, public_jwks
from chengxin.signing.verifier import Verified, Verifier

__all__ = [
    "Algorithm",
    "KeySigner",
    "SignatureFault",
    "Signer",
    "Verified",
    "Verifier",
    "generate_key",
    "public_jwks",
]
