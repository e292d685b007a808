"""Decides how bytes are shut for one public key, as a compact JWE (RFC 7516: ECDH-ES+A256KW, A256GCM); must never use a key twice.

The same tokens come from any JOSE library, and one opens them (``sealing``); this shuts them in a fraction of the time, which every
referral spends twice.
"""

import os
from base64 import urlsafe_b64encode
from collections.abc import Mapping

import orjson
from cryptography.hazmat.primitives.asymmetric import ec, x448, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from cryptography.hazmat.primitives.keywrap import aes_key_wrap
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ALGORITHM = "ECDH-ES+A256KW"
CONTENT = "A256GCM"
_KEY_BYTES = 32
_NONCE_BYTES = 12
_TAG_BYTES = 16
_CURVES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}
# RFC 7518, 4.6.2: algorithm, no PartyUInfo, no PartyVInfo, bits of the key
_OTHER_INFO = len(ALGORITHM).to_bytes(4, "big") + ALGORITHM.encode() + bytes(8) + (8 * _KEY_BYTES).to_bytes(4, "big")

PublicKey = ec.EllipticCurvePublicKey | x25519.X25519PublicKey | x448.X448PublicKey


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _agree(public: PublicKey) -> tuple[dict[str, str], bytes]:
    """A fresh key's public half, as a JWK, and the secret it shares with the recipient's."""
    if isinstance(public, ec.EllipticCurvePublicKey):
        own = ec.generate_private_key(public.curve)
        point = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)[1:]
        x, y = point[: len(point) // 2], point[len(point) // 2 :]
        named = {"kty": "EC", "crv": _CURVES[public.curve.name], "x": _encode(x), "y": _encode(y)}
        return named, own.exchange(ec.ECDH(), public)
    if isinstance(public, x25519.X25519PublicKey):
        short = x25519.X25519PrivateKey.generate()
        return _okp("X25519", short.public_key().public_bytes_raw()), short.exchange(public)
    long = x448.X448PrivateKey.generate()
    return _okp("X448", long.public_key().public_bytes_raw()), long.exchange(public)


def _okp(curve: str, x: bytes) -> dict[str, str]:
    return {"kty": "OKP", "crv": curve, "x": _encode(x)}


def shut(public: PublicKey, named: Mapping[str, str], plain: bytes) -> str:
    """A compact JWE of ``plain`` that only the holder of the private key opens; ``named`` goes into the protected header."""
    ephemeral, shared = _agree(public)
    header = _encode(orjson.dumps({"alg": ALGORITHM, "enc": CONTENT, **named, "epk": ephemeral}))
    wrapping = ConcatKDFHash(algorithm=SHA256(), length=_KEY_BYTES, otherinfo=_OTHER_INFO).derive(shared)
    key, nonce = os.urandom(_KEY_BYTES), os.urandom(_NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, plain, header.encode("ascii"))
    parts = (aes_key_wrap(wrapping, key), nonce, sealed[:-_TAG_BYTES], sealed[-_TAG_BYTES:])
    return ".".join((header, *map(_encode, parts)))
