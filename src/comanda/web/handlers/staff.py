"""The staff over HTTP: the members, their roles, and the devices where they are signed in."""

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
    username = request[MEMBER].username
    member = await request.app[DATABASE].write(office.rename, username, body["name"])
    return reply(_member(member))


async def change_pin(request: web.Request) -> web.Response:
    """`PUT /staff/{username}/pin`: end the member's sessions and streams."""
    pin = (await json_body(request, NewPin))["pin"]
    member = request[MEMBER]
    if complaint := pin_complaint(pin, member.role):
        raise ValidationFailed({"pin": [complaint]})
    pin_hash = await request.app[PINS].hash(pin)
    change = await request.app[DATABASE].write(
        access.change_pin, member.username, pin_hash, is_weak=is_weak(pin)
    )
    return _end_streams(request, change)


async def change_role(request: web.Request) -> web.Response:
    """`PUT /staff/{username}/role`: end the member's sessions and streams."""
    body = await json_body(request, NewRole)
    username = request[MEMBER].username
    change = await request.app[DATABASE].write(office.change_role, username, body["role"])
    return _end_streams(request, change)


async def set_active(request: web.Request) -> web.Response:
    """`PUT /staff/{username}/active`: disabling ends the member's sessions and streams."""
    body = await json_body(request, Activity)
    username = request[MEMBER].username
    change = await request.app[DATABASE].write(office.set_active, username, active=body["active"])
    return _end_streams(request, change)


async def list_sessions(request: web.Request) -> web.Response:
    """`GET /sessions`: who is signed in, on which device, since when."""
    online = request.app[STREAMS].sessions()
    return await reply_with(request, _devices, request[SESSION], online)


async def end_session(request: web.Request) -> web.Response:
    """`DELETE /sessions/{session_id}`: sign a device out."""
    ended_session = await request.app[DATABASE].write(access.end_device, request[SESSION_ID])
    request.app[STREAMS].end_session(ended_session)
    return web.Response(status=204)


def _everyone(view: Snapshot) -> Wire:
    return {"staff": (_member(member) for member in staff.everyone(view))}


def _devices(view: Snapshot, own_session: str, online: Collection[str]) -> Wire:
    return {
        "sessions": (_session(device, own_session, online) for device in sessions.devices(view))
    }


def _end_streams(request: web.Request, change: StaffChange) -> web.Response:
    for session in change.ended_sessions:
        request.app[STREAMS].end_session(session)
    return reply(_member(change.member))


def _member(member: Staff) -> Wire:
    short = {"short_pin": True} if member.needs_better_pin else {}
    return {**member.wire(), "active": member.active, **short}


def _session(device: Device, own_session: str, online: Collection[str]) -> Wire:
    return {
        "id": str(device.id),
        "username": device.username,
        "device": device.name,
        "since": time(device.since),
        "online": device.token_hash in online,
        "current": device.token_hash == own_session,
    }
