"""How often one visitor may ask, and who one visitor is: seen on the search, whose address anybody may call."""

from __future__ import annotations

import ipaddress

import pytest
from django.conf import LazySettings
from django.core.cache import caches
from django.test import Client, RequestFactory

from portal.http import limits
from portal.settings import hosts
from tests.builders import make_home

pytestmark = pytest.mark.django_db

MOST = 3


@pytest.fixture(autouse=True)
def _limited(settings: LazySettings, db: None) -> None:
    settings.SEARCH_RATE, settings.TRUSTED_PROXIES = MOST, 0
    caches["counters"].clear()
    make_home()


def asked(times: int, forwarded: str = "", peer: str = "198.51.100.1") -> list[int]:
    """Search so often, with another forged beginning of `X-Forwarded-For` each time where there is one; return the statuses."""
    return [
        Client().get(
            "/de/suche/", {"q": "Hilfe"}, REMOTE_ADDR=peer, **({"HTTP_X_FORWARDED_FOR": forwarded.format(number)} if forwarded else {})
        ).status_code
        for number in range(times)
    ]  # fmt: skip


def test_as_many_as_are_allowed_and_not_one_more() -> None:
    assert asked(MOST + 2) == [200] * MOST + [429] * 2
    assert asked(1, peer="198.51.100.2") == [200]


@pytest.mark.parametrize(
    ("trusted", "forwarded"),
    [
        (0, "192.0.2.{0}"),
        (1, "192.0.2.{0}, 203.0.113.7"),
        (2, "192.0.2.{0}, 203.0.113.7, 10.0.0.9"),
        ([ipaddress.ip_network("198.51.100.0/24")], "192.0.2.{0}, 203.0.113.7"),
        ([ipaddress.ip_network("10.0.0.0/8")], "192.0.2.{0}"),
    ],
)
def test_a_forged_header_makes_no_new_visitor(settings: LazySettings, trusted: object, forwarded: str) -> None:
    settings.TRUSTED_PROXIES = trusted
    assert asked(MOST + 1, forwarded) == [200] * MOST + [429]


def test_behind_a_proxy_each_visitor_has_a_number_of_their_own(settings: LazySettings) -> None:
    settings.TRUSTED_PROXIES = 1
    assert asked(2 * MOST, "192.0.2.{0}") == [200] * 2 * MOST


def test_all_addresses_of_one_ipv6_network_are_one_visitor() -> None:
    statuses = [asked(1, peer=f"2001:db8:1:2:{number}::1")[0] for number in range(1, MOST + 2)]
    assert statuses == [200] * MOST + [429]
    assert asked(1, peer="2001:db8:1:3::1") == [200]


def test_after_a_minute_one_may_ask_again_and_waiting_is_told_to_the_second(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000_000.0
    monkeypatch.setattr(limits.time, "time", lambda: now)
    assert asked(MOST) == [200] * MOST
    now += 20.5
    refused = Client().get("/de/suche/", {"q": "Hilfe"}, REMOTE_ADDR="198.51.100.1")
    assert (refused.status_code, refused["Retry-After"]) == (429, "40")
    now += 39
    assert asked(1) == [429]
    now += 0.5
    assert asked(MOST + 1) == [200] * MOST + [429]


def test_of_who_asked_nothing_is_kept_when_the_minute_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    now, counters, keys = 1_000_000.0, caches["counters"], []
    keep = counters.set
    monkeypatch.setattr(limits.time, "time", lambda: now)
    monkeypatch.setattr(counters, "set", lambda key, *args, **options: (keys.append(key), keep(key, *args, **options)))
    assert asked(2) == [200, 200]
    now += 59
    assert (len(set(keys)), counters.get(keys[0]) is not None, "198.51.100.1" in keys[0]) == (1, True, False)
    now += 2
    assert counters.get(keys[0]) is None


@pytest.mark.parametrize(
    ("trusted", "forwarded", "peer", "expected"),
    [
        (0, "192.0.2.1", "198.51.100.1", "198.51.100.1"),
        (1, "192.0.2.66, 192.0.2.1", "198.51.100.1", "192.0.2.1"),
        (2, "192.0.2.66, 192.0.2.1, 192.0.2.2", "198.51.100.1", "192.0.2.1"),
        (2, "192.0.2.66", "198.51.100.1", "198.51.100.1"),
        (1, "", "198.51.100.1", "198.51.100.1"),
        (1, "unknown", "198.51.100.1", "198.51.100.1"),
        (1, "192.0.2.66, unknown", "198.51.100.1", "198.51.100.1"),
        (1, "2001:db8:1:2:3::4", "198.51.100.1", "2001:db8:1:2::/64"),
        (1, "::ffff:192.0.2.1", "198.51.100.1", "192.0.2.1"),
        ("10.0.0.0/8", "192.0.2.66, 192.0.2.1, 10.0.0.9", "10.0.0.1", "192.0.2.1"),
        ("10.0.0.0/8", "192.0.2.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.0/8", "10.0.0.9", "10.0.0.1", "10.0.0.9"),
        ("10.0.0.0/8", "nonsense, 10.0.0.9", "10.0.0.1", "10.0.0.9"),
        ("10.0.0.0/8", "192.0.2.66, nonsense, 10.0.0.9", "10.0.0.1", "10.0.0.9"),
        ("10.0.0.0/8,::1", "192.0.2.1", "::1", "192.0.2.1"),
    ],
)
def test_addresses_are_believed_from_trusted_proxies_alone(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch, trusted: int | str, forwarded: str, peer: str, expected: str
) -> None:
    monkeypatch.setenv("TRUSTED_PROXIES", str(trusted))
    settings.TRUSTED_PROXIES = hosts.trusted_proxies(False)
    assert limits.client_address(RequestFactory(REMOTE_ADDR=peer).get("/", headers={"X-Forwarded-For": forwarded})) == expected


def test_bodies_of_one_address_hold_half_a_gigabyte_and_those_of_all_a_whole_one() -> None:
    room, half = limits.Room(), 512 * 1024**2
    with room.of("a") as first, room.of("b") as other, room.of("c") as third:
        with room.of("a") as second:
            assert [first(half // 2), second(half // 2), first(1), second(1)] == [0, 0, 429, 429]
        # What ends makes room again, for others of its address too, and takes nothing from them.
        assert [first(half // 2), first(1), other(half), third(1)] == [0, 429, 0, 503]
    assert room.held == {}
