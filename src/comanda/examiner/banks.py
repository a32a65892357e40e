"""The banks and wallets that receipts come from."""

from comanda.examiner.text import prefix_errors, skeleton

# Name as shown → what receipts call it, also as a verb.
_NAMES = {
    "BBVA": "bbva|bbva mexico|bbva bancomer|bancomer|bbva peru|bbva colombia",
    "Banorte": "banorte|banorte movil",
    "Santander": "santander|banco santander|supermovil",
    "Nu": "nu mexico|nubank|nu bank|nu",
    "Mercado Pago": "mercado pago|mercadopago",
    "Banamex": "banamex|citibanamex",
    "HSBC": "hsbc",
    "Scotiabank": "scotiabank",
    "Banco Azteca": "banco azteca",
    "BanCoppel": "bancoppel",
    "Inbursa": "inbursa",
    "Hey Banco": "hey banco|banregio",
    "Afirme": "afirme",
    "STP": "stp",
    "Spin": "spin by oxxo",
    "Klar": "klar",
    "Ualá": "uala",
    "Stori": "stori",
    "Nequi": "nequi",
    "Bancolombia": "bancolombia|bancolombia a la mano",
    "Daviplata": "daviplata",
    "Davivienda": "davivienda",
    "Banco de Bogotá": "banco de bogota",
    "Banco Popular": "banco popular",
    "Colpatria": "colpatria",
    "Lulo Bank": "lulo bank",
    "Yape": "yape|yapeaste",
    "Plin": "plin|plineaste",
    "BCP": "bcp|banco de credito del peru",
    "Interbank": "interbank",
    "BN": "banco nacional",
    "BCR": "banco de costa rica|bcr",
    "BAC": "bac|bac credomatic|bac san jose",
    "Banco Estado": "bancoestado|banco estado",
    "Banco de Chile": "banco de chile",
    "Bci": "bci|banco bci",
    "Itaú": "itau",
    "Falabella": "banco falabella",
    "MACH": "mach",
    "Tenpo": "tenpo",
    "Banco Galicia": "banco galicia|galicia",
    "Naranja X": "naranja x",
    "Brubank": "brubank",
    "Personal Pay": "personal pay",
    "Cuenta DNI": "cuenta dni",
    "Macro": "banco macro",
    "Lemon": "lemon cash",
    "Banco Pichincha": "banco pichincha|pichincha",
    "Banco Guayaquil": "banco guayaquil",
    "Produbanco": "produbanco",
    "Banco del Pacífico": "banco del pacifico",
    "DeUna": "deuna",
    "Banco Industrial": "banco industrial",
    "Banrural": "banrural",
    "Banco G&T": "g&t continental|banco gyt",
    "Banco General": "banco general",
    "Yappy": "yappy",
    "Banistmo": "banistmo",
    "Banreservas": "banreservas",
    "Banco Unión": "banco union",
    "Tigo Money": "tigo money",
    "Pix": "pix",
}
BANKS = {
    skeleton(phrase): name for name, phrases in _NAMES.items() for phrase in phrases.split("|")
}
_MOST_WORDS = 5
_CLEAR = 7  # letters of a bank's name that no other name begins with
_SHORT = 3  # letters; a name as short as this counts only as it is written, and in capitals


def banks_in(words: list[str]) -> set[str]:
    """Return the banks that words name; the longest name wins."""
    found: set[str] = set()
    at = 0
    bares = [skeleton(word) for word in words[:80]]
    while at < len(bares):
        for count in range(_MOST_WORDS, 0, -1):
            bare = "".join(bares[at : at + count])
            name = BANKS.get(bare)
            if name and (len(bare) > _SHORT or words[at].strip(".,:;()")[:1].isupper()):
                found.add(name)
                at += count - 1
                break
        at += 1
    return found


def is_bank(name: str) -> bool:
    """Whether a name is a bank's, also with a misread letter."""
    bare = skeleton(name)
    if any(bare.startswith(bank) for bank in BANKS if len(bank) >= _CLEAR):
        return True
    return bare in BANKS or any(
        len(bank) > _SHORT
        and abs(len(bank) - len(bare)) <= 1
        and prefix_errors(bank, bare)[-1] <= 1
        for bank in BANKS
    )
