"""What the office's requests are answered, for the OpenAPI document."""

from comanda.web.answers import Answer, many, money, one, text, whole


class House(Answer):
    restaurant = text()
    currency = text()
    time_zone = text()


class Entry(Answer):
    name = text()
    category = text()
    price = money()


class Change(Answer):
    before = one(Entry)
    after = one(Entry)


class Changes(Answer):
    added = many(Entry)
    changed = many(Change)
    same = whole()
