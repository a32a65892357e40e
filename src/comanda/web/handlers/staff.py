"""The staff over HTTP: who works here, as what, and on which devices they are signed in."""

from collections.abc import Collection

from aiohttp import web

from comanda import access, office
from comanda.domain.errors import ValidationFailed
from comanda.domain.staff import Staff, StaffChange, is_weak, pin_complaint
from comanda.domain.wire import Wire, time
from comanda.store import sessions, staff
from comanda.store.database import Snapshot
from comanda.store.sessions import Device
from comanda.web.contract.path_names import MEMBER, SESSION_ID
from comanda.web.contract.requests import Activity, NewName, NewPin, NewRole, NewStaff
from comanda.web.plumbing.json_replies import reply
from comanda.web.plumbing.keys import DATABASE, PINS, SESSION, STREAMS
from comanda.web.plumbing.long_answers import reply_with
from comanda.web.plumbing.request_data import json_body


async def list_staff(request: web.Request) -> web.Response:
    """`GET /staff`."""
    return await reply_with(request, _everyone)


async def hire(request: web.Request) -> web.Response:
    """`POST /staff`."""
    body = await json_body(request, NewStaff)
    member = Staff(body["username"], body["name"], body["role"], pin_is_weak=is_weak(body["pin"]))
    pin_hash = await request.app[PINS].hash(body["pin"])
    await request.app[DATABASE].write(office.hire, member, pin_hash)
    return reply(_member(member), status=201)


async def rename(request: web.Request) -> web.Response:
    """`PUT /staff/{username}/name`."""
    body = await json_body(request, NewName)
    done = await request.app[DATABASE].write(office.rename, request[MEMBER].username, body["name"])
    return reply(_member(done))


async def change_pin(request: web.Request) -> web.Response:
    """`PUT /staff/{username}/pin`: the member's sessions end, and their streams at once."""
    pin = (await json_body(request, NewPin))["pin"]
    member = request[MEMBER]
    if complaint := pin_complaint(pin, member.role):
        raise ValidationFailed({"pin": [complaint]})
    pin_hash = await request.app[PINS].hash(pin)
    done = await request.app[DATABASE].write(
        access.change_pin, member.username, pin_hash, is_weak=is_weak(pin)
    )
    return _ended(request, done)


async def change_role(request: web.Request) -> web.Response:
    """`PUT /staff/{username}/role`: the same."""
    body = await json_body(request, NewRole)
    username = request[MEMBER].username
    done = await request.app[DATABASE].write(office.change_role, username, body["role"])
    return _ended(request, done)


async def set_active(request: web.Request) -> web.Response:
    """`PUT /staff/{username}/active`: the same where it is false."""
    body = await json_body(request, Activity)
    username = request[MEMBER].username
    done = await request.app[DATABASE].write(office.set_active, username, active=body["active"])
    return _ended(request, done)


async def list_sessions(request: web.Request) -> web.Response:
    """`GET /sessions`: who is signed in, on which device, since when."""
    online = request.app[STREAMS].sessions()
    return await reply_with(request, _devices, request[SESSION], online)


async def end_session(request: web.Request) -> web.Response:
    """`DELETE /sessions/{session_id}`: signed out, wherever the device is."""
    ended = await request.app[DATABASE].write(access.end_device, request[SESSION_ID])
    request.app[STREAMS].end_session(ended)
    return web.Response(status=204)


def _everyone(view: Snapshot) -> Wire:
    return {"staff": (_member(member) for member in staff.everyone(view))}


def _devices(view: Snapshot, own: str, online: Collection[str]) -> Wire:
    return {"sessions": (_session(one, own, online) for one in sessions.devices(view))}


def _ended(request: web.Request, done: StaffChange) -> web.Response:
    for session in done.ended_sessions:
        request.app[STREAMS].end_session(session)
    return reply(_member(done.member))


def _member(member: Staff) -> Wire:
    short = {"short_pin": True} if member.needs_better_pin else {}
    return {**member.wire(), "active": member.active, **short}


def _session(device: Device, own: str, online: Collection[str]) -> Wire:
    return {
        "id": str(device.id),
        "username": device.username,
        "device": device.name,
        "since": time(device.since),
        "online": device.token_hash in online,
        "current": device.token_hash == own,
    }
