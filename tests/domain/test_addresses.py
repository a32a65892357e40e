"""An address is the same however it is written; what is none is none."""

import pytest

from comanda.domain.addresses import read_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.168.1.5", "192.168.1.5"),
        ("::ffff:192.168.1.5", "192.168.1.5"),
        ("::FFFF:c0a8:0105", "192.168.1.5"),
        ("fe80::1%eth0", "fe80::1"),
        ("2001:DB8:0::1", "2001:db8::1"),
    ],
)
def test_an_address_is_read_as_the_client_that_it_names(text: str, address: str) -> None:
    assert str(read_address(text)) == address


@pytest.mark.parametrize(
    "text", ["", "comanda.lan", "192.168.1", "192.168.1.5%eth0", "192.168.1.5:80", "[::1]", "1e3"]
)
def test_what_is_no_address_is_none(text: str) -> None:
    assert read_address(text) is None
