"""A demo OIDC issuer that runs the same code path as a real one; must never sign in a real person."""

from tereze.local.issuer.app import create_issuer
from tereze.local.issuer.mint import TokenMint
from tereze.local.issuer.people import People
from tereze.local.issuer.settings import IssuerSettings

__all__ = ["IssuerSettings", "People", "TokenMint", "create_issuer"]
