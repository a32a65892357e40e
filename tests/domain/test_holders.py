"""Whether a holder on a receipt is the house's, however a bank cuts, masks and writes the name."""

import pytest

from comanda.domain.holders import holder_fits, is_business

FONDA = "Fonda El Luchador"
ROSA = "Rosa María Mora García"
COMPANY = "Restaurante La Fonda SA de CV"

FITS = [
    (FONDA, FONDA),
    ("FONDA EL LUCHADOR", FONDA),
    ("Fonda El L*", FONDA),
    ("Fonda El L…", FONDA),
    ("Fonda El L...", FONDA),
    ("FONDA EL LUCH", FONDA),
    ("Fonda El L", FONDA),
    ("F**** E* L*******", FONDA),
    ("Fonda Luchador", FONDA),
    ("FONDAELLUCHADOR", FONDA),
    ("Fonda E1 Luchador", FONDA),
    ("Fonda El Luchadcr", FONDA),
    ("Fonda", FONDA),
    ("Rosa Mora", ROSA),
    ("ROSA MARIA MORA GARCIA", ROSA),
    ("Rosa M. Mora G.", ROSA),
    ("R. M. Mora", ROSA),
    ("Rosa M*** M*** G***", ROSA),
    ("R*** M*** M***", ROSA),
    ("Ros* Mor*", ROSA),
    ("Mora Garcia Rosa Maria", ROSA),
    ("MORA GARCIA, ROSA", ROSA),
    ("Rosa Ma. Mora", ROSA),
    ("Rosa Mxxxx Gxxxxx", ROSA),
    ("Rosa •••• ••••", ROSA),
    ("Rosa Mora Garcla", ROSA),
    ("Rosa María Mora García", "Rosa Mora"),
    ("Rosa Mora", "R. Mora García"),
    ("Restaurante La Fonda", COMPANY),
    ("RESTAURANTE LA FONDA S.A. DE C.V.", COMPANY),
    ("REST. LA FONDA", COMPANY),
    ("Restaurante La Fonda S A de C V", "Restaurante La Fonda"),
    ("Inversiones Pérez S.A.C.", "Inversiones Perez SAC"),
    ("Peña Nuñez Hermanos Ltda.", "PENA NUNEZ HERMANOS LTDA"),
    ("A***** H*****", "Andrés Herrera"),
]
OTHERS = [
    ("Fonda El Pescador", FONDA),
    ("Fonda El P*", FONDA),
    ("Taquería El Luchador", FONDA),
    ("Juan López", "Juan Pérez García"),
    ("Juan L*", "Juan Pérez García"),
    ("Rosa Pérez", ROSA),
    ("R*** P***", ROSA),
    ("Luis Mora", ROSA),
    ("Carlos Hernández Ruiz", ROSA),
    ("Restaurante El Sol SA de CV", COMPANY),
    ("Fonda Doña Lupe", "La Fonda"),
    ("Lupita Hernández", "Lupita"),
    ("J. P.", ROSA),
    ("<script>alert(1)</script>", ROSA),
    ("=cmd|'/c calc'!A1", ROSA),
]
NOTHING = ["", "   ", "****", "••• •••", "R. M.", "El", "--", "\u202e\u200f"]


@pytest.mark.parametrize(("read", "name"), FITS)
def test_a_part_of_a_name_counts(read: str, name: str) -> None:
    assert holder_fits(read, name) is True


@pytest.mark.parametrize(("read", "name"), OTHERS)
def test_another_name_is_another_name(read: str, name: str) -> None:
    assert holder_fits(read, name) is False


@pytest.mark.parametrize("read", NOTHING)
def test_what_tells_nothing_is_not_another_name(read: str) -> None:
    assert holder_fits(read, ROSA) is None


@pytest.mark.parametrize("name", ["", "***", "…"])
def test_a_name_of_the_house_that_tells_nothing_is_compared_with_nothing(name: str) -> None:
    assert holder_fits("Rosa Mora", name) is None


@pytest.mark.parametrize("read", ["x" * 5000, "*" * 5000, "a " * 80, "S.A. " * 1000, "a*" * 2000])
def test_hostile_names_take_no_time(read: str) -> None:
    assert holder_fits(read[:80], ROSA) is not True


@pytest.mark.parametrize("name", [COMPANY, FONDA, "Cafetería Rosa", "Rosa Mora SAS", "Grupo Mora"])
def test_a_business_is_known_by_its_form_or_its_trade(name: str) -> None:
    assert is_business(name)


@pytest.mark.parametrize("name", [ROSA, "Juan Barrios", "Ana Saso", "Luis Acevedo"])
def test_a_person_is_no_business(name: str) -> None:
    assert not is_business(name)


@pytest.mark.parametrize(
    ("read", "name"),
    [
        ("Café Pefialolén*", "Café Peñalolén SpA"),
        ("Resteurente Lo Fonda", "Restaurante La Fonda"),
        ("Marisqueria Los Ancas", "Marisquería Los Arcos"),
    ],
)
def test_a_badly_read_name_is_not_another_name(read: str, name: str) -> None:
    assert holder_fits(read, name) is not False
