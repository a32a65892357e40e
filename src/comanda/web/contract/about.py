"""What holds for all requests, in paragraphs, as the OpenAPI document begins."""

ABOUT = """\
From the waiter's photo of a payment to the cashier's verdict.

**Formats.** Bodies are JSON both ways, but for the proof, which is a form. Unknown fields are \
refused. Money is a number with at most two decimals, times are UTC in ISO 8601, ids are strings. \
The `Date` of an answer is the server's time. What answers GET answers HEAD, too, but for the \
streams.

**Sessions.** `POST /session` sets the cookie `comanda_session`, which signs the requests that \
follow. An `admin` may do whatever any role may do. A page sends its user's name as \
`Comanda-User`, and an `EventSource` as `?user=`: where the session is somebody else's, the answer \
is 409 `other_user`, and nothing was done. A change that comes from another site is 403 \
`cross_origin`.

**Checks.** They come in this order: signed in, the user of the page, the role, that the thing \
exists, the body, the state. A refused request stores nothing and announces nothing.

**Limits.** JSON comes as `application/json`, not compressed, and has at most the bytes that its \
route names; more is 413 before it is read, and so is a form whose file is larger than \
`max_bytes` of `GET /settings`. JSON has 30 seconds to arrive, a request's head 10, and a \
connection on which nothing is asked stays open for 30. An address has 64 connections, streams \
included.

**Repeating.** A request with an `Idempotency-Key` can be sent again until it is answered: the \
same key with the same request changes nothing and answers 200. A key is its user's: with another \
user or another request it is 422 `idempotency_key_reused`.

**Orders.** An order goes `pendiente` → `en_preparacion` → `listo` → `entregado` → `por_verificar` \
→ `pagado`. A rejection takes it from `por_verificar` back to `entregado`; the kitchen takes it \
back from `listo` to `en_preparacion` and to `pendiente`; a waiter takes a delivery back, from \
`entregado` to `listo`, within a minute and while no payment was sent. Up to `entregado` it can \
become `anulado`, for a `reason` which it then carries as `void_reason`. What the kitchen has \
begun and put back to `pendiente` has `begun: true`, and is no longer a waiter's to void. \
`updated_at` is when the order came into its state.

**Errors.** They are problem details (RFC 9457): `type`, `title`, `status`, a stable `code`, and a \
`detail` in Spanish for staff; `validation_failed` has `errors` by field. 429, 503 and \
`storage_full` come with `Retry-After`, in seconds, where another try is worth it.\
"""
