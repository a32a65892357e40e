"""`/guesses`: wrong PINs by user and place, until the administrator dismisses them."""

from aiohttp import web

from comanda import access
from comanda.domain.wire import Wire, optional_time, time
from comanda.store import attempts
from comanda.store.attempts import Guesses
from comanda.web.plumbing.json_replies import reply
from comanda.web.plumbing.keys import DATABASE


async def show_guesses(request: web.Request) -> web.Response:
    """`GET /guesses`."""
    places = await request.app[DATABASE].read(attempts.guesses)
    return reply({"guesses": [_guesses(place) for place in places]})


async def dismiss_guesses(request: web.Request) -> web.Response:
    """`DELETE /guesses`: hide the wrong PINs that the administrator has read."""
    await request.app[DATABASE].write(access.dismiss_guesses)
    return web.Response(status=204)


def _guesses(place: Guesses) -> Wire:
    return {
        "username": place.username,
        "name": place.name,
        "address": place.address,
        "device": place.device,
        "known": place.known,
        "tries": place.tries,
        "first_at": time(place.first_at),
        "last_at": time(place.last_at),
        "entered_at": optional_time(place.entered_at),
    }
