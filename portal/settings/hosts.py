"""Where the portal listens and under which addresses it is known, as the environment says; the standard library alone is imported."""

from __future__ import annotations

import contextlib
import re
import socket
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from portal.settings.values import SettingError, number, text, words

EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104
_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST_NAME = re.compile(rf"(?=.{{1,253}}$){_LABEL}(\.{_LABEL})*\.?", re.IGNORECASE)


def is_host(name: str) -> bool:
    """Return whether a name, or an address of IPv4 or IPv6 with or without brackets, can stand for a host in an address of the web."""
    try:
        return bool(ip_address(name.removeprefix("[").removesuffix("]")))
    except ValueError:
        return bool(_HOST_NAME.fullmatch(name))


def bracketed(host: str) -> str:
    """Return a host as it stands in an address: one of IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host


def own_addresses() -> list[str]:
    """Return the addresses at which other machines reach this one, the one that it speaks from first."""
    found: dict[str, None] = {}
    # To connect a datagram socket sends nothing: it only chooses the address that it would send from.
    for family, outside in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as sender:
                sender.connect((outside, 9))
                found[sender.getsockname()[0]] = None
        except OSError:
            continue
    with contextlib.suppress(OSError):
        found |= {entry[4][0].partition("%")[0]: None for entry in socket.getaddrinfo(socket.gethostname(), None)}
    return [address for address in found if not ip_address(address).is_loopback]


def portal_url(host: str, port: int) -> SplitResult:
    """Return the portal's public address, `PORTAL_URL` or what follows from where the server listens.

    Raises:
        SettingError: it is no address of a portal.
    """
    if host in EVERYWHERE:
        host = next(iter(own_addresses()), EVERYWHERE[host])
    given = text("PORTAL_URL", f"http://{bracketed(host)}:{port}")
    wanted = "an address such as https://portal.example.org"
    try:
        parts = urlsplit(given)
        _ = parts.port
    except ValueError as error:
        raise SettingError(f"PORTAL_URL={given} is no address ({error}); give {wanted}.") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SettingError(f"PORTAL_URL={given} does not begin with https:// or http:// and a host; give {wanted}.")
    if not is_host(parts.hostname) or parts.port == 0 or parts.netloc.endswith(":"):
        raise SettingError(f"PORTAL_URL={given} names no host: letters a to z, digits, hyphens, dots (xn--… for others); give {wanted}.")
    if parts.path.strip("/") or parts.query or parts.fragment or parts.username is not None:
        raise SettingError(f"PORTAL_URL={given} holds more than scheme, host and port; the portal needs a host of its own: {wanted}.")
    return parts


def allowed_hosts(host: str, portal_host: str) -> list[str]:
    """Return the hosts that requests may name: the portal's own, this machine's, those of `ALLOWED_HOSTS`.

    Raises:
        SettingError: that names something else than hosts.
    """
    for name in words("ALLOWED_HOSTS"):
        if not is_host(name.removeprefix(".")) or (":" in name and not name.startswith("[")):
            raise SettingError(f"ALLOWED_HOSTS: {name} is no host; names without scheme and port are possible: a.example.org,.example.com.")
    known = {portal_host, "127.0.0.1", "localhost", "[::1]", *words("ALLOWED_HOSTS")}
    if host in EVERYWHERE:
        known |= {bracketed(address) for address in own_addresses()} | {socket.gethostname().lower()}
    elif host:
        known.add(bracketed(host))
    return sorted(known)


def hosts() -> tuple[str, int]:
    """Return where the server listens, `HOST` and `PORT`.

    Raises:
        SettingError: one of them is none.
    """
    if not is_host(host := text("HOST", "127.0.0.1").strip("[]")):
        raise SettingError(f"HOST={host} is no host; a name or an address is possible, the port stands in PORT: HOST=0.0.0.0 PORT=8000.")
    return host, number("PORT", 8000, 1, 65_535)


def trusted_proxies(is_https: bool) -> int | list[IPv4Network | IPv6Network]:
    """Return whose `X-Forwarded-For` is believed, `TRUSTED_PROXIES`: so many proxies in a row, or those at some addresses.

    A portal with an `https` address stands behind a proxy, as it speaks no TLS itself.

    Raises:
        SettingError: it is neither a number nor addresses.
    """
    given = words("TRUSTED_PROXIES")
    if not given or (len(given) == 1 and given[0].isascii() and given[0].isdigit()):
        return number("TRUSTED_PROXIES", 1 if is_https else 0, 0, 10)
    try:
        return [ip_network(address, strict=False) for address in given]
    except ValueError as error:
        raise SettingError(
            f"TRUSTED_PROXIES={','.join(given)}: {error}; possible: a number of proxies, or addresses such as 10.0.0.0/8,::1."
        ) from error
