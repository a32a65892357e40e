"""The restaurant's time zone: any name of the IANA's that pages know, too."""

from zoneinfo import available_timezones

import pytest

from comanda.domain.house import is_time_zone


def test_each_zone_that_there_is_can_be_chosen() -> None:
    zones = available_timezones()
    assert len(zones) > 400
    assert [zone for zone in zones if not is_time_zone(zone)] == []


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "America",
        "America/",
        "America/Macondo",
        "../../etc/passwd",
        "/usr/share/zoneinfo/America/Bogota",
        "America/Bogota\0",
        "Am\ud800rica",
        "posix/America/Bogota",
        "right/America/Bogota",
        "posixrules",
        "tzdata.zi",
        "zone.tab",
    ],
)
def test_nothing_else_of_that_folder_is_a_zone(name: str) -> None:
    assert name not in available_timezones()
    assert not is_time_zone(name)
