"""Decides which addresses a partner's URL may lead to; must never resolve or connect by itself."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from tereze.contracts.facts import Invalid

_NOT_GLOBAL_4 = tuple(
    ip_network(block)
    for block in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
_GLOBAL_6 = ip_network("2000::/3")  # all of the unicast space in use; leaves out mapped, NAT64, local and multicast
_NOT_GLOBAL_6 = tuple(
    ip_network(block) for block in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)  # Teredo, ORCHID and benchmarks; documentation; 6to4, which hides an IPv4 address; AS112; documentation


class UnsafeUrl(Invalid):
    """The URL does not lead to a public HTTPS endpoint."""

    code = "unsafe-url"
    title = "This address cannot receive deliveries"


def is_global(address: IPv4Address | IPv6Address) -> bool:
    """Whether the address lies on the public internet. Whatever wraps an IPv4 address (mapped, NAT64, 6to4, Teredo) does not."""
    if isinstance(address, IPv4Address):
        return not any(address in block for block in _NOT_GLOBAL_4)
    if address.scope_id is not None:
        return False
    return address in _GLOBAL_6 and not any(address in block for block in _NOT_GLOBAL_6)


def may_connect(address: str, *, demo: bool) -> bool:
    """Whether a connection to this resolved address may be opened. ``demo`` also allows loopback."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return is_global(found) or (demo and found.is_loopback)


def check_url(url: str, *, demo: bool) -> None:
    """Refuse what can be refused before resolving. Raises UnsafeUrl, pointing at ``/url``."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise _unsafe("It is not a URL.") from None
    if not host or not url.isascii() or any(mark.isspace() for mark in url) or "\\" in url:
        raise _unsafe("It is not an absolute URL of plain characters.")
    if "@" in parts.netloc or parts.fragment:
        raise _unsafe("User names, passwords and fragments do not belong in it.")
    if parts.scheme != "https" and not (demo and parts.scheme == "http" and _names_loopback(host)):
        raise _unsafe("Only https is delivered to.")
    _check_literal(host, demo=demo)


def _names_loopback(host: str) -> bool:
    literal = _literal(host)
    return host == "localhost" or (literal is not None and ip_address(literal).is_loopback)


def _check_literal(host: str, *, demo: bool) -> None:
    literal = _literal(host)
    if literal is not None and not may_connect(literal, demo=demo):
        raise _unsafe("It leads into a private or reserved network.")
    if literal is None and not (demo and host == "localhost") and not _is_public_name(host):
        raise _unsafe("It names no host of the public internet.")


def _is_public_name(host: str) -> bool:
    labels = host.rstrip(".").split(".")
    return len(labels) > 1 and labels[-1][:1].isalpha()  # a numeric end is an IPv4 address in a strange spelling


def _literal(host: str) -> str | None:
    try:
        return str(ip_address(host))
    except ValueError:
        return None


def _unsafe(why: str) -> UnsafeUrl:
    return UnsafeUrl(f"{why} Give the https URL of a public endpoint.", pointer="/url")
