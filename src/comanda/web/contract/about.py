"""The introduction of the OpenAPI document: the rules that hold for all requests."""

ABOUT = """\
From the waiter's photo of a payment to the cashier's verdict.

**Formats.** Requests and answers are JSON. Only a payment's proof is sent as a form. Unknown \
fields are refused. Money is a number with at most two decimals, times are UTC in ISO 8601, ids \
are strings. The `Date` of an answer is the server's time. Every GET route except the streams also \
answers HEAD.

**Sessions.** `POST /session` sets the cookie `comanda_session`, which identifies the user of the \
requests that follow. An `admin` may do everything that any role may do. A page sends its user's \
name in the header `Comanda-User`, and an `EventSource` sends it as `?user=`. If the session \
belongs to another user, the server changes nothing and answers 409 `other_user`. A change \
requested by a page of another site answers 403 `cross_origin`.

**Checks.** The server checks in this order: the session, the user of the page, the role, whether \
the thing in the path exists, the body, the state. A refused request stores nothing and sends no \
event.

**Limits.** A JSON body has the type `application/json`, is not compressed, and has at most the \
size that its route names. A larger body, or a form whose file is larger than `max_bytes` of \
`GET /settings`, answers 413. JSON has 30 seconds to arrive, and a request's head has 10 \
seconds. A connection without requests stays open for 30 seconds. An address may have 64 \
connections, streams included.

**Repeating.** A request with an `Idempotency-Key` can be sent again until an answer arrives. The \
same key with the same request changes nothing and answers 200. A key belongs to its user: the \
same key from another user, or with another request, answers 422 `idempotency_key_reused`. Whoever \
gives up a request without an answer calls it off: `DELETE /requests/{key}`.

**Orders.** An order goes `pendiente` → `en_preparacion` → `listo` → `entregado` → `por_verificar` \
→ `pagado`. A rejected payment moves the order from `por_verificar` back to `entregado`. The \
kitchen can move it back from `listo` to `en_preparacion` and to `pendiente`. A waiter can move it \
back from `entregado` to `listo` within a minute, while no payment was sent. Until it leaves \
`entregado`, an order can become `anulado` with a `reason`, which the order shows as \
`void_reason`. An order that the kitchen has begun and put back to `pendiente` has `begun: true`; \
a waiter can no longer void this order. `updated_at` is the time at which the order entered its \
state.

**Errors.** Errors are problem details (RFC 9457): `type`, `title`, `status`, a stable `code`, and \
a `detail` in Spanish for staff. `validation_failed` also has `errors` by field. 429, 503 and \
`storage_full` have `Retry-After`, in seconds, if another try can succeed.\
"""
