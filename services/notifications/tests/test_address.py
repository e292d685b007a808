"""Decides that no spelling of a private address can be subscribed to or connected to in production."""

import pytest

from tereze.notifications.domain.address import UnsafeUrl, check_url, may_connect

PUBLIC = [
    "93.184.215.14",
    "1.1.1.1",
    "172.32.0.1",
    "100.128.0.1",
    "2606:2800:21f:cb07:6820:80da:af6b:8b2c",
    "2a00:1450::1",
]
REFUSED = [
    "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.1.2.3", "169.254.169.254",
    "172.16.0.1", "172.31.255.255", "192.0.0.170", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.0.1",
    "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::ffff:10.0.0.1", "::ffff:93.184.215.14", "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1", "100::1", "2001::1", "2001:10::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "5f00::1",
    "fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "2606:2800::1%eth0", "not-an-address", "",
]  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_the_public_internet_may_be_connected_to(address):
    assert may_connect(address, demo=False)


@pytest.mark.parametrize("address", REFUSED)
def test_nothing_else_may(address):
    assert not may_connect(address, demo=False)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1"])
def test_the_demo_may_connect_to_its_own_machine(address):
    assert may_connect(address, demo=True)


@pytest.mark.parametrize("address", ["10.0.0.1", "169.254.169.254", "fe80::1", "::ffff:10.0.0.1"])
def test_even_the_demo_may_not_reach_its_network(address):
    assert not may_connect(address, demo=True)


@pytest.mark.parametrize(
    "url",
    [
        "https://partner.example/tereze",
        "https://partner.example:8443/a?b=c",
        "https://93.184.215.14/x",
        "https://xn--e1afmkfd.xn--p1ai/",
    ],
)
def test_a_public_https_url_is_accepted(url):
    check_url(url, demo=False)


@pytest.mark.parametrize(
    "url",
    [
        "", "partner.example", "//partner.example/x", "http://partner.example/", "https://127.1.", "https://0x7f.1/", "ftp://partner.example/", "file:///etc/passwd",
        "https://", "https:///x", "https://user@partner.example/", "https://user:secret@partner.example/",
        "https://partner.example/#part", "https://partner.example:99999/", "https://partner.example:x/", "https://[::1/",
        "https://localhost/", "https://intranet/", "https://127.0.0.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/", "https://[fe80::1%25eth0]/", "https://169.254.169.254/latest/meta-data/",
        "https://2130706433/", "https://0x7f000001/", "https://017700000001/", "https://100.64.1.1/", "https://10.1/",
        "https://partner.example\\@127.0.0.1/", "https://partner.example/ x", "https://partner.example/\n", "https://пример.қаз/",
        "gopher://127.0.0.1:6379/_x", "javascript:alert(1)",
    ],
)  # fmt: skip
def test_every_other_url_is_refused_and_pointed_at(url):
    with pytest.raises(UnsafeUrl) as refused:
        check_url(url, demo=False)
    assert refused.value.pointer == "/url"
    assert refused.value.status == 422


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/hook", "http://localhost:8080/hook", "http://[::1]:8080/"])
def test_the_demo_takes_plain_http_on_its_own_machine_only(url):
    check_url(url, demo=True)
    with pytest.raises(UnsafeUrl):
        check_url(url, demo=False)


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/", "http://partner.example/", "http://93.184.215.14/", "https://10.0.0.1/"]
)
def test_the_demo_is_no_looser_otherwise(url):
    with pytest.raises(UnsafeUrl):
        check_url(url, demo=True)
