"""An example of each request body and answer, for the OpenAPI document: an evening at table 12."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from marshmallow import Schema

from comanda.config import CHECKS
from comanda.domain.evidence import WARNINGS
from comanda.domain.limits import LIMITS
from comanda.web.contract import admin_responses, requests, responses, statement_responses

Example = dict[str, Any]

_TACOS: Example = {
    "id": "1",
    "name": "Tacos al pastor",
    "category": "Tacos",
    "price": 85.5,
    "available": True,
}
_SOUP: Example = {
    "id": "2",
    "name": "Sopa de tortilla",
    "category": "Sopas",
    "price": 70,
    "available": False,
}
_ITEM: Example = {
    "product_id": "1",
    "name": "Tacos al pastor",
    "quantity": 2,
    "unit_price": 85.5,
    "note": "sin cebolla",
    "removed": 0,
    "removed_reason": None,
}
_WARNING: Example = {
    "type": "reference_reused",
    "order_id": "38",
    "payment_id": "15",
    "link": "/orders/38",
}
_READ: Example = {
    "amount": 190,
    "reference": "0123456789",
    "at": "2026-11-28T20:40:00Z",
    "account": "7897",
    "holder": "REST LA FONDA",
}
_DEPOSIT: Example = {
    "id": "9",
    "source": "aviso",
    "amount": 190,
    "at": "2026-11-28T20:40:30Z",
    "is_day": False,
    "received_at": "2026-11-28T20:40:33Z",
    "received_by": "comanda",
    "sender": "Marcos Peña",
    "reference": "0123456789",
    "account": "7897",
    "rule": "recibiste",
    "text": None,
    "in_statement": False,
    "payment_id": "17",
    "tie": {"rule": "referencia", "by": None},
}
_DEPOSIT_NOTICE: Example = {
    "deposit_id": "9",
    **{
        name: _DEPOSIT[name]
        for name in ("source", "amount", "at", "sender", "reference", "payment_id")
    },
}
_BANK_PHONE: Example = {
    "enabled": True,
    "heard_at": "2026-11-28T20:40:33Z",
    "heartbeat_at": "2026-11-28T20:30:00Z",
    "notice_at": "2026-11-28T20:40:33Z",
}
_BOX: Example = {"left": 0.11, "top": 0.32, "width": 0.78, "height": 0.04, "page": 0}
_WAITING: Example = {
    "id": "17",
    "order_id": "41",
    "attempt": 1,
    "method": "transferencia",
    "status": "por_verificar",
    "reason": None,
    "has_proof": True,
    "submitted_by": "ana",
    "submitted_at": "2026-11-28T20:41:00Z",
    "decided_by": None,
    "decided_at": None,
    "reference": "0123456789",
    "amount": 171,
    "tip": 19,
    "tendered": None,
    "change": None,
    "replaces": None,
    "orders": [
        {"order_id": "41", "table_number": 12, "customer": None, "amount": 171, "items": []}
    ],
    "warnings": [_WARNING],
    "seen_by": None,
    "seen_at": None,
    "seen_in_account": None,
    "reconciled_by": None,
    "reconciled_at": None,
    "viewers": [{"username": "luis", "name": "Luis", "since": "2026-11-28T20:41:20Z"}],
    "examination": "examined",
    "examined_at": "2026-11-28T20:41:00Z",
    "late_warnings": [],
    "reading": _READ,
    "former_claims": [
        {"reference": "0123456798", "amount": 171, "by": "ana", "at": "2026-11-28T20:41:05Z"}
    ],
    "deposit": None,
    "checked": None,
}
_APPROVED: Example = _WAITING | {
    "status": "aprobado",
    "reason": "En la mesa 9 escribieron esta clave por error",
    "decided_by": "luis",
    "decided_at": "2026-11-28T20:42:10Z",
    "seen_by": "luis",
    "seen_at": "2026-11-28T20:41:20Z",
    "seen_in_account": True,
    "viewers": [],
}
_ORDER: Example = {
    "id": "41",
    "table_number": 12,
    "customer": None,
    "round": 1,
    "status": "por_verificar",
    "payment_method": "transferencia",
    "total": 171,
    "items": [_ITEM],
    "waiter": "ana",
    "payment": _WAITING,
    "paid": 0,
    "waiting": 171,
    "due": 0,
    "payments": [_WAITING],
    "void_reason": None,
    "created_at": "2026-11-28T20:05:00Z",
    "updated_at": "2026-11-28T20:41:00Z",
}
_PLACED: Example = _ORDER | {
    "status": "pendiente",
    "payment_method": None,
    "payment": None,
    "waiting": 0,
    "due": 171,
    "payments": [],
    "updated_at": "2026-11-28T20:05:00Z",
}
_HISTORY: list[Example] = [
    {
        "type": "order_updated",
        "status": "pendiente",
        "by": "ana",
        "at": "2026-11-28T20:05:00Z",
    },
    {
        "type": "payment_verification_pending",
        "status": "por_verificar",
        "by": "ana",
        "at": "2026-11-28T20:41:00Z",
    },
]
_RECONCILED: Example = _APPROVED | {
    "table_number": 12,
    "customer": None,
    "total": 171,
    "to_account": True,
    "was_untied": False,
    "deposit": _DEPOSIT,
    "checked": "aviso",
    "reconciled_by": "luis",
    "reconciled_at": "2026-11-29T16:00:00Z",
}
_HOUSE: Example = {
    "restaurant": "La Fonda",
    "currency": "$",
    "time_zone": "America/Mexico_City",
    "day_ends": "04:00",
    "country": "MX",
    "currency_after": False,
    "decimals": 2,
    "decimal_mark": ".",
    "own_verdicts": False,
    "tips": [10, 15],
}
_SETTINGS: Example = _HOUSE | {
    "version": "5d41402abc4b2a76",
    "methods": [
        {
            "name": "transferencia",
            "label": "Transferencia",
            "proof": "required",
            "reference": "optional",
            "reference_label": "Clave de rastreo",
            "verify": "account",
            "reference_pattern": "",
            "cash": False,
        }
    ],
    "max_bytes": 5_000_000,
    "keep_days": 90,
    "unseen_alarm_seconds": 90,
    "amber_minutes": 10,
    "red_minutes": 15,
    "idle_minutes": 0,
    "heartbeat_seconds": 15,
    "ready_alarm_seconds": 75,
    "warnings": {kind.value: asdict(words) for kind, words in WARNINGS.items()},
    "limits": asdict(LIMITS),
    "reading": "on",
    "checks": [asdict(CHECKS[0]) | {"steps": list(CHECKS[0].steps), "copy": list(CHECKS[0].copy)}],
    "deposits": {"silent_minutes": 35, "overdue_seconds": 120},
}
_USER: Example = {"username": "ana", "name": "Ana", "role": "waiter"}
_MEMBER: Example = _USER | {"active": True}
_NEW_PRODUCT: Example = {"name": "Tacos al pastor", "category": "Tacos", "price": 85.5}
_BACKUP: Example = {
    "name": "comanda-20261128-040000.db",
    "made_at": "2026-11-28T10:00:00Z",
    "size": 18_350_080,
}
_WARNED: Example = {
    "type": "reference_reused",
    "count": 1,
    "approved": 1,
    "reasons": [{"reason": "En la mesa 9 escribieron esta clave por error", "count": 1}],
}
_SUM: Example = {"count": 1, "total": 171}
_DAY: Example = {
    "date": "2026-11-28",
    "time_zone": "America/Mexico_City",
    "from": "2026-11-28T10:00:00Z",
    "to": "2026-11-29T10:00:00Z",
    "sales": _SUM,
    "by_hour": [_SUM | {"hour": "14:00"}],
    "by_method": [_SUM | {"method": "transferencia"}],
    "verification": {"count": 1, "median_seconds": 70, "p95_seconds": 70},
    "rejections": [{"count": 1, "total": 90, "reason": "No se lee"}],
    "warnings": [_WARNED],
    "readings": {"read": 11, "unreadable": 1},
    "voids": [{"count": 1, "total": 70, "reason": "Se fueron"}],
    "tips": {"count": 1, "total": 19},
    "tips_by_waiter": [{"count": 1, "total": 19, "name": "Ana"}],
    "paid_orders": _SUM,
    "by_dish": [{"count": 2, "total": 171, "name": "Tacos al pastor"}],
    "by_category": [{"count": 2, "total": 171, "name": "Tacos"}],
    "by_waiter": [_SUM | {"name": "Ana"}],
    "removed": [],
    "reopened": [],
    "open": {
        "bills": 2,
        "due": 240,
        "waiting": 100,
        "partly_paid": {"count": 1, "total": 70},
    },
    "deposits": {"approvals": 1, "with_deposit": 1, "median_seconds": 33, "p95_seconds": 33},
}
_RECONCILIATION: Example = {
    "from": "2026-11-28T10:00:00Z",
    "to": "2026-11-29T10:00:00Z",
    "payments": [_RECONCILED],
    "deposits": [_DEPOSIT | {"id": "12", "amount": 90, "payment_id": None, "tie": None}],
    "sides": {
        "tied": {
            "count": 1,
            "total": 190,
            "by_rule": [{"count": 1, "total": 190, "rule": "referencia"}],
        },
        "without_deposit": {"count": 0, "total": 0},
        "was_untied": {"count": 0, "total": 0},
        "without_payment": {"count": 1, "total": 90},
    },
    "people": [{"username": "ana", "name": "Ana"}, {"username": "luis", "name": "Luis"}],
    "totals": [
        {
            "method": "transferencia",
            "count": 1,
            "total": 190,
            "tips": 19,
            "count_reconciled": 1,
            "amount_reconciled": 190,
        }
    ],
    "readings": {"read": 11, "unreadable": 1},
    "warnings": [_WARNED],
}
_ACCOUNT: Example = {
    "method": "transferencia",
    "label": "BBVA · CLABE",
    "holder": "Restaurante La Fonda SA de CV",
    "number": "012180001234567897",
    "alias": None,
    "qr": None,
}
_GUESSES: Example = {
    "username": "ana",
    "name": "Ana",
    "address": "192.168.1.77",
    "device": "Android · Chrome",
    "known": False,
    "tries": 12,
    "first_at": "2026-11-28T20:00:00Z",
    "last_at": "2026-11-28T20:09:00Z",
    "entered_at": None,
}
_PLACE: Example = {"order_id": "41", "table_number": 12, "customer": None}
_ABOUT: Example = _PLACE | {"payment_id": "17", "attempt": 1}
_NOTICE: Example = _ABOUT | {"order_ids": ["41"], "amount": 171, "tip": 19}
_ASKED: Example = _NOTICE | {"method": "transferencia", "total": 171}

EXAMPLES: Mapping[type[Schema], Example] = {
    # Requests.
    requests.SignIn: {"username": "ana", "pin": "8841"},
    requests.NewOrder: {
        "table_number": 12,
        "items": [{"product_id": "1", "quantity": 2, "note": "sin cebolla"}],
    },
    requests.NewStatus: {"status": "anulado", "reason": "Se fueron"},
    requests.NewPlace: {"customer": "Lupita"},
    requests.NewAccounts: {"accounts": [_ACCOUNT]},
    requests.NewQuantity: {"quantity": 1, "reason": "Se acabó"},
    requests.ProofForm: {
        "method": "transferencia",
        "reference": "0123456789",
        "amount": "171.00",
        "tip": "19.00",
        "taken_at": "2026-11-28T20:40:12Z",
    },
    requests.StatementForm: {
        "bank": "BBVA",
        "mapping": '{"columns": {"date": 0, "description": 1, "credit": 3}}',
    },
    requests.NewVerdict: {
        "verdict": "aprobado",
        "reason": "En la mesa 9 escribieron esta clave por error",
        "seen_in_account": True,
    },
    requests.NewClaim: {"reference": "0123456789", "amount": 171},
    requests.NewReconciliation: {"found": True},
    requests.Notice: {
        "from": "Nequi",
        "text": "Has recibido $190 de Marcos Peña. Saldo: $2,450",
        "sentStamp": 1795898430000,
        "receivedStamp": 1795898431000,
        "sim": "sim1",
    },
    responses.Deposit: _DEPOSIT,
    responses.NoticeIgnored: {"ignored": "publicidad"},
    requests.NewTie: {"payment_id": "17"},
    requests.KnownWarnings: {"types": ["file_reused"]},
    requests.NewProduct: _NEW_PRODUCT,
    requests.Availability: {"available": False},
    requests.MenuOrder: {"product_ids": ["2", "1"]},
    requests.MenuText: {"csv": "nombre,categoría,precio\nTacos al pastor,Tacos,85.50\n"},
    requests.NewStaff: _USER | {"pin": "8841"},
    requests.NewName: {"name": "Ana María"},
    requests.NewPin: {"pin": "7305"},
    requests.NewRole: {"role": "cashier"},
    requests.Activity: {"active": False},
    requests.NewHouse: _HOUSE,
    requests.NewRestaurant: _HOUSE
    | {
        "token": "m3Vq0sJt1yqkE4cFh0wZ8nXr5uLb2dPa",
        "username": "rosa",
        "name": "Rosa",
        "pin": "884197",
        "sample": True,
    },
    requests.PageError: {
        "message": "TypeError: order is undefined",
        "page": "/caja",
        "source": "/static/js/caja/caja.js",
        "line": 12,
        "column": 3,
    },
    # Answers.
    responses.Health: {"status": "ok"},
    responses.SignedIn: {"user": _USER},
    responses.Settings: _SETTINGS,
    responses.Deposits: {"deposits": [_DEPOSIT], "last_event_id": "1042"},
    responses.DepositAfterChange: _DEPOSIT | {"last_event_id": "1042"},
    responses.BankPhone: _BANK_PHONE,
    statement_responses.StatementPreview: {
        "kind": "csv",
        "encoding": "utf-8",
        "separator": ",",
        "header_row": 5,
        "date_order": "dmy",
        "decimal_mark": ".",
        "bank": "BBVA",
        "profiles": ["BBVA"],
        "lacks": None,
        "columns": [
            {"index": 0, "heading": "Fecha", "role": "date", "samples": ["28/11/2026"]},
            {"index": 1, "heading": "Concepto", "role": "description", "samples": ["SPEI"]},
            {"index": 2, "heading": "Cargo", "role": "debit", "samples": []},
            {"index": 3, "heading": "Abono", "role": "credit", "samples": ["190.00"]},
        ],
        "rows": [
            {
                "line": 6,
                "date": "2026-11-28",
                "time": None,
                "amount": 190,
                "reference": None,
                "description": "SPEI",
                "sender": None,
                "is_credit": True,
            }
        ],
        "credits": 1,
        "debits": 0,
        "zeros": 0,
        "known": 0,
        "unreadable": 1,
        "complaints": [{"line": 7, "why": "La fecha no se entiende: «32/11/2026»"}],
        "total": 190,
        "first": "2026-11-28",
        "last": "2026-11-28",
    },
    statement_responses.ImportedStatement: {
        "added": 1,
        "merged": 0,
        "known": 0,
        "tied": 1,
        "skipped": 0,
        "unreadable": 1,
        "last_event_id": "1042",
    },
    responses.Accounts: {"accounts": [_ACCOUNT]},
    responses.Product: _TACOS,
    responses.Menu: {"products": [_TACOS, _SOUP]},
    responses.Order: _ORDER,
    responses.Orders: {"orders": [_ORDER], "last_event_id": "1042"},
    responses.Start: {
        "session": {"user": _USER},
        "settings": _SETTINGS,
        "menu": {"products": [_TACOS, _SOUP]},
        "orders": [_ORDER],
        "deposits": [_DEPOSIT | {"payment_id": None, "tie": None}],
        "bank_phone": _BANK_PHONE,
        "last_event_id": "1042",
    },
    responses.OrderDetail: _ORDER | {"history": _HISTORY},
    responses.ReconciledPayment: _RECONCILED,
    responses.Reading: {
        "payment_id": "17",
        "source": "foto",
        "fields": [
            {
                "name": "reference",
                "value": "0123456789",
                "text": "0123 456 789",
                "box": _BOX,
                "check": "matches",
                "against": None,
            },
        ],
        "lines": [{"text": "Clave de rastreo 0123 456 789", "box": _BOX}],
    },
    responses.OrderAfterChange: _ORDER | {"last_event_id": "1042"},
    responses.PaymentAfterChange: _RECONCILED | {"last_event_id": "1042"},
    responses.Reconciliation: _RECONCILIATION,
    responses.Problem: {
        "type": "about:blank",
        "title": "Conflict",
        "status": 409,
        "code": "payment_already_decided",
        "detail": "Este pago ya fue aprobado",
    },
    responses.House: _HOUSE,
    admin_responses.HouseChanges: {
        "changes": [
            {
                "username": "rosa",
                "name": "Rosa",
                "at": "2026-11-28T20:41:00.000Z",
                "removed": ["BBVA · Rosa Mora · transferencia · 012180001234564471"],
                "added": ["BBVA · Rosa Mora · transferencia · 012180009999990001"],
            }
        ]
    },
    admin_responses.Changes: {
        "added": [{"name": "Agua de jamaica", "category": "Bebidas", "price": 30}],
        "changed": [{"before": _NEW_PRODUCT, "after": _NEW_PRODUCT | {"price": 90}}],
        "same": 40,
    },
    admin_responses.Day: _DAY,
    admin_responses.Member: _MEMBER,
    admin_responses.Members: {"staff": [_MEMBER]},
    admin_responses.Sessions: {
        "sessions": [
            {
                "id": "7",
                "username": "ana",
                "device": "Android · Chrome",
                "since": "2026-11-28T18:00:00Z",
                "online": True,
                "current": False,
            }
        ]
    },
    admin_responses.GuessList: {"guesses": [_GUESSES]},
    admin_responses.Address: {"url": "http://192.168.1.20:8080", "reachable": True},
    requests.NoticeOnTrial: {
        "from": "Nequi",
        "text": "Lucía: has recibido $50.000 de Marcos Peña. Movimientos: $250.000",
    },
    admin_responses.BankSetup: {
        "notices_url": "http://192.168.1.20:8080/deposits/notices",
        "heartbeat_url": None,
        "reachable": True,
        "has_secret": True,
        "secret_from_config": False,
        "secret_by": "Rosa",
        "secret_at": "2026-11-27T18:00:00Z",
        "notice_at": "2026-11-28T20:40:33Z",
        "heartbeat_at": "2026-11-28T20:30:00Z",
        "refused_at": None,
        "refused_code": None,
        "rules": [{"name": "mi banco", "own": True}, {"name": "recibiste", "own": False}],
    },
    admin_responses.BankSecret: {
        "secret": "k7mwq2rta9hxe4ncz8dgp3fyu6sbj5tk",
        "notices_url": "http://192.168.1.20:8080/deposits/notices",
        "heartbeat_url": "http://192.168.1.20:8080/deposits/heartbeat?key=9f2c51d0",
        "codes": {
            "notices": '<svg xmlns="http://www.w3.org/2000/svg"></svg>',
            "secret": '<svg xmlns="http://www.w3.org/2000/svg"></svg>',
            "heartbeat": '<svg xmlns="http://www.w3.org/2000/svg"></svg>',
        },
    },
    admin_responses.NoticeTried: {
        "kind": "ingreso",
        "why": None,
        "rule": "recibiste",
        "amount": 50000,
        "sender": "Marcos Peña",
        "reference": None,
        "account": None,
        "slow": [],
    },
    admin_responses.Backup: _BACKUP,
    admin_responses.Backups: {
        "enabled": True,
        "folder": "/var/backups/comanda",
        "last_success_at": "2026-11-28T10:00:00Z",
        "last_success_size": 18_350_080,
        "alarm": False,
        "trouble": None,
        "same_disk": False,
        "copies": [_BACKUP],
    },
}

EVENT_EXAMPLES: Mapping[str, Example] = {
    "order_updated": _ORDER,
    "order_placed": _PLACED,
    "order_ready": _PLACE,
    "payment_verification_pending": _ASKED
    | {
        "action": "submitted",
        "reference": "0123456789",
        "warnings": [_WARNING],
    },
    "payment_rejected": _NOTICE | {"reason": "No se lee"},
    "payment_approved": _NOTICE,
    "payment_seen": _NOTICE | {"seen_by": "luis"},
    "payment_unseen": _ASKED,
    "deposit_arrived": _DEPOSIT_NOTICE | {"payment_id": None},
    "deposit_tied": _DEPOSIT_NOTICE,
    "payment_examined": _ABOUT | {"status": "examined", "reading": _READ, "warnings": [_WARNING]},
    "order_voided": _PLACE | {"reason": "Se fueron", "by": "luis"},
    "menu_updated": {"products": [_SOUP], "removed": ["9"]},
    "resync": {"last_event_id": "1042"},
    "beat": {},
}
