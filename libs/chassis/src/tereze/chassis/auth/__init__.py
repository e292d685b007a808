"""Decides whether a bearer token proves who is calling; must never decide what they may do."""

from tereze.chassis.auth.keys import IssuerKeys, IssuerUnreachable, UnknownKey
from tereze.chassis.auth.tokens import Claims, TokenExpired, TokenRefused, TokenVerifier

__all__ = ["Claims", "IssuerKeys", "IssuerUnreachable", "TokenExpired", "TokenRefused", "TokenVerifier", "UnknownKey"]
