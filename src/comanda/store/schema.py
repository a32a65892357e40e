"""The tables, as numbered migrations: migration N brings a database of version N-1 to version N.

A released migration is never edited; a change is a new migration at the end. Money is integer
minor units, times are integer milliseconds since 1970 (UTC), and every default comes from Python.

A migration's SQL may call the Python functions in FUNCTIONS by their names.
"""

from collections.abc import Callable

from comanda.domain.evidence import reference_key
from comanda.domain.names import fold

# Pure functions of one text; in SQL they return NULL for NULL.
FUNCTIONS: dict[str, Callable[[str], str]] = {"reference_key": reference_key, "fold_name": fold}

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """
        CREATE TABLE staff (
            username TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            role TEXT NOT NULL,
            pin_hash TEXT NOT NULL,
            active INTEGER NOT NULL,
            created_at INTEGER NOT NULL
        )
        """,
        """
        CREATE TABLE sessions (
            token_hash TEXT PRIMARY KEY,
            username TEXT NOT NULL REFERENCES staff (username),
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL
        )
        """,
        "CREATE INDEX sessions_by_username ON sessions (username)",
        """
        CREATE TABLE products (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL UNIQUE,
            category TEXT NOT NULL,
            price INTEGER NOT NULL,
            available INTEGER NOT NULL
        )
        """,
        """
        CREATE TABLE orders (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            table_number INTEGER NOT NULL,
            status TEXT NOT NULL,
            payment_method TEXT,
            total INTEGER NOT NULL,
            waiter TEXT NOT NULL REFERENCES staff (username),
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        )
        """,
        "CREATE INDEX orders_by_status ON orders (status, id)",
        "CREATE INDEX orders_by_change ON orders (status, updated_at)",
        """
        CREATE TABLE order_items (
            order_id INTEGER NOT NULL REFERENCES orders (id),
            position INTEGER NOT NULL,
            product_id INTEGER NOT NULL REFERENCES products (id),
            name TEXT NOT NULL,
            quantity INTEGER NOT NULL,
            unit_price INTEGER NOT NULL,
            note TEXT,
            PRIMARY KEY (order_id, position)
        )
        """,
        """
        CREATE TABLE payments (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            order_id INTEGER NOT NULL REFERENCES orders (id),
            attempt INTEGER NOT NULL,
            method TEXT NOT NULL,
            status TEXT NOT NULL,
            reason TEXT,
            has_proof INTEGER NOT NULL,
            submitted_by TEXT NOT NULL REFERENCES staff (username),
            submitted_at INTEGER NOT NULL,
            decided_by TEXT REFERENCES staff (username),
            decided_at INTEGER,
            UNIQUE (order_id, attempt)
        )
        """,
        """
        CREATE TABLE proofs (
            payment_id INTEGER PRIMARY KEY REFERENCES payments (id),
            content_type TEXT NOT NULL,
            size INTEGER NOT NULL,
            sha256 TEXT NOT NULL,
            data BLOB NOT NULL
        )
        """,
        """
        CREATE TABLE events (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            type TEXT NOT NULL,
            order_id INTEGER NOT NULL REFERENCES orders (id),
            status TEXT NOT NULL,
            data TEXT NOT NULL,
            redacted TEXT,
            actor TEXT NOT NULL,
            at INTEGER NOT NULL
        )
        """,
        "CREATE INDEX events_by_order ON events (order_id)",
        """
        CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
        BEGIN SELECT RAISE(ABORT, 'the event log is append-only'); END
        """,
        """
        CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events
        BEGIN SELECT RAISE(ABORT, 'the event log is append-only'); END
        """,
        """
        CREATE TABLE idempotency_keys (
            key TEXT PRIMARY KEY,
            fingerprint TEXT NOT NULL,
            order_id INTEGER NOT NULL REFERENCES orders (id),
            created_at INTEGER NOT NULL
        )
        """,
    ),
    ("ALTER TABLE orders ADD COLUMN void_reason TEXT",),
    (
        # The log gets events that concern no order. SQLite can drop NOT NULL only by a rebuild.
        """
        CREATE TABLE events_of_all (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            type TEXT NOT NULL,
            order_id INTEGER REFERENCES orders (id),
            status TEXT,
            data TEXT NOT NULL,
            redacted TEXT,
            actor TEXT NOT NULL,
            at INTEGER NOT NULL,
            CHECK ((order_id IS NULL) = (status IS NULL))
        )
        """,
        """
        INSERT INTO events_of_all (id, type, order_id, status, data, redacted, actor, at)
        SELECT id, type, order_id, status, data, redacted, actor, at FROM events ORDER BY id
        """,
        "DROP TABLE events",
        "ALTER TABLE events_of_all RENAME TO events",
        "CREATE INDEX events_by_order ON events (order_id)",
        """
        CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
        BEGIN SELECT RAISE(ABORT, 'the event log is append-only'); END
        """,
        """
        CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events
        BEGIN SELECT RAISE(ABORT, 'the event log is append-only'); END
        """,
        "ALTER TABLE products ADD COLUMN position INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE products ADD COLUMN removed INTEGER NOT NULL DEFAULT 0",
        "UPDATE products SET position = id",
        # A session gets an id for pages to show; its token's hash must not be shown.
        """
        CREATE TABLE sessions_by_device (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            token_hash TEXT NOT NULL UNIQUE,
            username TEXT NOT NULL REFERENCES staff (username),
            device TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL
        )
        """,
        """
        INSERT INTO sessions_by_device (token_hash, username, device, created_at, expires_at)
        SELECT token_hash, username, '', created_at, expires_at FROM sessions ORDER BY created_at
        """,
        "DROP TABLE sessions",
        "ALTER TABLE sessions_by_device RENAME TO sessions",
        "CREATE INDEX sessions_by_username ON sessions (username)",
        """
        CREATE TABLE house (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL,
            currency TEXT NOT NULL,
            time_zone TEXT NOT NULL
        )
        """,
    ),
    (
        "ALTER TABLE payments ADD COLUMN reference TEXT",
        "ALTER TABLE payments ADD COLUMN reference_key TEXT",
        "ALTER TABLE payments ADD COLUMN amount INTEGER",
        "ALTER TABLE payments ADD COLUMN warnings TEXT",
        "ALTER TABLE payments ADD COLUMN seen_by TEXT REFERENCES staff (username)",
        "ALTER TABLE payments ADD COLUMN seen_at INTEGER",
        "ALTER TABLE payments ADD COLUMN seen_in_account INTEGER",
        "ALTER TABLE payments ADD COLUMN reconciled_by TEXT REFERENCES staff (username)",
        "ALTER TABLE payments ADD COLUMN reconciled_at INTEGER",
        "ALTER TABLE payments ADD COLUMN proof_purged_at INTEGER",
        "CREATE INDEX payments_by_reference ON payments (reference_key, method, id)",
        "CREATE INDEX payments_by_verdict ON payments (status, decided_at)",
        """
        CREATE TABLE fingerprints (
            payment_id INTEGER PRIMARY KEY REFERENCES payments (id),
            order_id INTEGER NOT NULL REFERENCES orders (id),
            sha256 TEXT NOT NULL,
            image_hash BLOB
        )
        """,
        """
        INSERT INTO fingerprints (payment_id, order_id, sha256)
        SELECT proofs.payment_id, payments.order_id, proofs.sha256
        FROM proofs JOIN payments ON payments.id = proofs.payment_id
        """,
        "CREATE INDEX fingerprints_by_sha256 ON fingerprints (sha256, payment_id)",
    ),
    (
        """
        CREATE TABLE sign_in_attempts (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            key TEXT NOT NULL,
            at INTEGER NOT NULL
        )
        """,
        "CREATE INDEX sign_in_attempts_by_key ON sign_in_attempts (key, at)",
        "CREATE INDEX sign_in_attempts_by_time ON sign_in_attempts (at)",
        """
        CREATE TABLE known_browsers (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            token_hash TEXT NOT NULL,
            username TEXT NOT NULL REFERENCES staff (username),
            seen_at INTEGER NOT NULL,
            UNIQUE (username, token_hash)
        )
        """,
    ),
    (
        # References are compared by their letters and digits only, the existing ones, too.
        """
        UPDATE payments SET reference_key = NULLIF(reference_key(reference), '')
        WHERE reference IS NOT NULL
        """,
    ),
    ("ALTER TABLE house ADD COLUMN day_ends TEXT",),
    (
        # A key without case and invisible characters. Existing products with equal keys stay.
        "ALTER TABLE products ADD COLUMN name_key TEXT",
        "UPDATE products SET name_key = fold_name(name) WHERE removed = 0",
        "CREATE INDEX products_by_name ON products (name_key)",
    ),
    (
        """
        CREATE TABLE viewers (
            username TEXT PRIMARY KEY REFERENCES staff (username),
            payment_id INTEGER NOT NULL REFERENCES payments (id),
            since INTEGER NOT NULL
        )
        """,
        "CREATE INDEX viewers_by_payment ON viewers (payment_id)",
        "CREATE INDEX viewers_by_time ON viewers (since)",
    ),
    (
        # References are compared with letters that look like digits replaced by these digits.
        """
        UPDATE payments SET reference_key = NULLIF(reference_key(reference), '')
        WHERE reference IS NOT NULL
        """,
    ),
    (
        # A key belongs to a user. The event of the same transaction names an existing key's user.
        "ALTER TABLE idempotency_keys ADD COLUMN username TEXT",
        """
        UPDATE idempotency_keys SET username = (
            SELECT actor FROM events
            WHERE events.order_id = idempotency_keys.order_id
                AND events.at = idempotency_keys.created_at
                AND events.type IN ('order_placed', 'payment_verification_pending')
            ORDER BY events.id LIMIT 1
        )
        """,
    ),
    (
        # Indexes for the rows that are deleted by age, and for the menu as shown.
        """
        CREATE INDEX payments_with_photo ON payments (submitted_at)
        WHERE has_proof = 1 AND proof_purged_at IS NULL
        """,
        "CREATE INDEX idempotency_keys_by_time ON idempotency_keys (created_at)",
        "CREATE INDEX sessions_by_end ON sessions (expires_at)",
        "CREATE INDEX products_in_order ON products (removed, position, id)",
        "CREATE INDEX products_by_position ON products (position)",
        "DROP INDEX products_by_name",
        "CREATE INDEX products_by_name ON products (name_key, removed)",
    ),
    (
        # Proofs are compared by their content, too. The server computes the content of existing
        # proofs while it runs; a deleted file gets ''. References are compared over all methods,
        # and more letters are replaced by the digits that they look like.
        "ALTER TABLE fingerprints ADD COLUMN content TEXT",
        """
        UPDATE fingerprints SET content = ''
        WHERE payment_id NOT IN (SELECT payment_id FROM proofs)
        """,
        "CREATE INDEX fingerprints_by_content ON fingerprints (content, payment_id)",
        "DROP INDEX payments_by_reference",
        "CREATE INDEX payments_by_reference ON payments (reference_key, id)",
        """
        UPDATE payments SET reference_key = NULLIF(reference_key(reference), '')
        WHERE reference IS NOT NULL
        """,
    ),
    (
        # Orders that the kitchen has begun, even if they went back a step since.
        "CREATE INDEX events_of_begun ON events (order_id, status) WHERE status = 'en_preparacion'",
    ),
    (
        # Wrong PINs for people to read; the counts for the limits are separate, with hashed keys.
        """
        CREATE TABLE sign_in_failures (
            place TEXT PRIMARY KEY,
            username TEXT REFERENCES staff (username),
            address TEXT NOT NULL,
            device TEXT NOT NULL,
            known INTEGER NOT NULL,
            tries INTEGER NOT NULL,
            first_at INTEGER NOT NULL,
            last_at INTEGER NOT NULL,
            entered_at INTEGER,
            alarmed INTEGER NOT NULL
        )
        """,
        "CREATE INDEX sign_in_failures_by_time ON sign_in_failures (last_at)",
        "CREATE INDEX sign_in_failures_by_user ON sign_in_failures (username)",
        "CREATE INDEX known_browsers_by_token ON known_browsers (token_hash)",
        # Members with an easily guessed PIN: its hash does not show that, a sign-in does.
        "CREATE TABLE weak_pins (username TEXT PRIMARY KEY REFERENCES staff (username))",
    ),
    (
        # The restores: a cursor below `floor` is from the log before the restore.
        """
        CREATE TABLE restores (
            floor INTEGER PRIMARY KEY,
            at INTEGER NOT NULL
        )
        """,
    ),
    (
        # In a key, letters that look like digits count as digits before other letters are dropped.
        # A payment without a number takes no place in the index.
        """
        UPDATE payments SET reference_key = NULLIF(reference_key(reference), '')
        WHERE reference IS NOT NULL
        """,
        "DROP INDEX payments_by_reference",
        """
        CREATE INDEX payments_by_reference ON payments (reference_key, id)
        WHERE reference_key IS NOT NULL
        """,
    ),
    (
        # Proofs are examined after they were announced. Earlier versions examined a proof before
        # they stored it; its thumbnail is made when somebody asks for it. An empty thumbnail means
        # that there is nothing to show.
        "ALTER TABLE payments ADD COLUMN examination TEXT",
        "ALTER TABLE payments ADD COLUMN examined_at INTEGER",
        "ALTER TABLE payments ADD COLUMN examination_failures INTEGER",
        "ALTER TABLE payments ADD COLUMN late_warnings TEXT",
        """
        UPDATE payments SET examination = 'examined', examined_at = submitted_at
        WHERE has_proof = 1
        """,
        """
        CREATE INDEX payments_unexamined ON payments (id)
        WHERE has_proof = 1 AND examined_at IS NULL
        """,
        """
        CREATE INDEX payments_with_late_warnings ON payments (order_id)
        WHERE late_warnings IS NOT NULL
        """,
        """
        CREATE TABLE thumbnails (
            payment_id INTEGER PRIMARY KEY REFERENCES payments (id),
            data BLOB NOT NULL
        )
        """,
    ),
    (
        # The house writes its money its own way, chooses tips, and says if one person runs it.
        "ALTER TABLE house ADD COLUMN country TEXT",
        "ALTER TABLE house ADD COLUMN currency_after INTEGER",
        "ALTER TABLE house ADD COLUMN decimals INTEGER",
        "ALTER TABLE house ADD COLUMN decimal_mark TEXT",
        "ALTER TABLE house ADD COLUMN own_verdicts INTEGER",
        "ALTER TABLE house ADD COLUMN tips TEXT",
        # The house's own accounts, which guests pay to. The number may be an alias or a phone.
        """
        CREATE TABLE accounts (
            position INTEGER PRIMARY KEY,
            method TEXT NOT NULL,
            label TEXT NOT NULL,
            holder TEXT NOT NULL,
            number TEXT NOT NULL,
            alias TEXT,
            qr TEXT
        )
        """,
        # Who changed the house or its accounts, and what: lines for people, as JSON.
        """
        CREATE TABLE house_changes (
            id INTEGER PRIMARY KEY,
            username TEXT NOT NULL,
            at INTEGER NOT NULL,
            removed TEXT NOT NULL,
            added TEXT NOT NULL
        )
        """,
    ),
    (
        # A payment pays one or more orders, and an order is paid by one or more payments. An order
        # has a table or a customer. SQLite can't drop NOT NULL of a column that others refer to;
        # a new column takes its place.
        "ALTER TABLE orders RENAME COLUMN table_number TO former_table",
        "ALTER TABLE orders ADD COLUMN table_number INTEGER",
        "UPDATE orders SET table_number = former_table",
        "ALTER TABLE orders DROP COLUMN former_table",
        "ALTER TABLE orders ADD COLUMN customer TEXT",
        "ALTER TABLE orders ADD COLUMN customer_key TEXT",
        "ALTER TABLE orders ADD COLUMN round INTEGER NOT NULL DEFAULT 1",
        """
        CREATE INDEX orders_open_by_table ON orders (table_number, round)
        WHERE status NOT IN ('pagado', 'anulado')
        """,
        """
        UPDATE orders SET round = (
            SELECT COUNT(*) FROM orders AS earlier
            WHERE earlier.table_number = orders.table_number AND earlier.id <= orders.id
                AND earlier.status NOT IN ('pagado', 'anulado')
        )
        WHERE status NOT IN ('pagado', 'anulado')
        """,
        """
        CREATE INDEX orders_open_by_customer ON orders (customer_key, round)
        WHERE customer_key IS NOT NULL AND status NOT IN ('pagado', 'anulado')
        """,
        "ALTER TABLE order_items ADD COLUMN removed INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE order_items ADD COLUMN removed_reason TEXT",
        # What a waiter typed from the receipt stays as `declared`. A decided payment was for the
        # whole order; one that waits pays what was declared, and never more than the total.
        "ALTER TABLE payments RENAME COLUMN amount TO declared",
        "ALTER TABLE payments ADD COLUMN tip INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE payments ADD COLUMN tendered INTEGER",
        "ALTER TABLE payments ADD COLUMN replaces INTEGER REFERENCES payments (id)",
        # Whose the tip is: the table's waiter when the payment was sent, whoever takes it over.
        "ALTER TABLE payments ADD COLUMN waiter TEXT REFERENCES staff (username)",
        """
        UPDATE payments SET waiter = (SELECT waiter FROM orders WHERE orders.id = order_id)
        """,
        # When a payment was approved that has been reopened since.
        "ALTER TABLE payments ADD COLUMN approved_at INTEGER",
        """
        CREATE INDEX payments_reopened ON payments (approved_at) WHERE approved_at IS NOT NULL
        """,
        """
        UPDATE payments SET replaces = (
            SELECT earlier.id FROM payments AS earlier
            WHERE earlier.order_id = payments.order_id AND earlier.attempt = payments.attempt - 1
        )
        WHERE attempt > 1
        """,
        # A payment is replaced once, unless its replacement is withdrawn.
        """
        CREATE UNIQUE INDEX payments_replacing ON payments (replaces)
        WHERE replaces IS NOT NULL AND status <> 'retirado'
        """,
        """
        CREATE TABLE payment_allocations (
            payment_id INTEGER NOT NULL REFERENCES payments (id),
            order_id INTEGER NOT NULL REFERENCES orders (id),
            amount INTEGER NOT NULL CHECK (amount >= 0),
            items TEXT,
            PRIMARY KEY (payment_id, order_id)
        )
        """,
        "CREATE INDEX payment_allocations_by_order ON payment_allocations (order_id, payment_id)",
        """
        INSERT INTO payment_allocations (payment_id, order_id, amount)
        SELECT payments.id, orders.id,
            CASE
                WHEN payments.status = 'por_verificar' AND declared > 0
                    THEN MIN(declared, orders.total)
                ELSE orders.total
            END
        FROM payments JOIN orders ON orders.id = payments.order_id
        """,
        # A part pays what its receipt says: its amount does not differ.
        """
        UPDATE payments SET warnings = (
            SELECT CASE WHEN COUNT(*) THEN json_group_array(json(warning.value)) END
            FROM json_each(payments.warnings) AS warning
            WHERE json_extract(warning.value, '$.type') <> 'amount_differs'
        )
        WHERE status = 'por_verificar' AND warnings IS NOT NULL
            AND declared = (SELECT amount FROM payment_allocations WHERE payment_id = payments.id)
        """,
    ),
    (
        # The key of a request that was called off has no order.
        """
        CREATE TABLE idempotency_keys_of_all (
            key TEXT PRIMARY KEY,
            fingerprint TEXT NOT NULL,
            order_id INTEGER REFERENCES orders (id),
            created_at INTEGER NOT NULL,
            username TEXT
        )
        """,
        """
        INSERT INTO idempotency_keys_of_all (key, fingerprint, order_id, created_at, username)
        SELECT key, fingerprint, order_id, created_at, username FROM idempotency_keys
        """,
        "DROP TABLE idempotency_keys",
        "ALTER TABLE idempotency_keys_of_all RENAME TO idempotency_keys",
        "CREATE INDEX idempotency_keys_by_time ON idempotency_keys (created_at)",
    ),
    (
        # What a proof says, and the code on it, are read when the proof is examined. `reading` is
        # what everybody sees who sees the payment; `readings` hold all that was read, line by line.
        # `was_read`: 1 if a field was read, 0 if none, NULL if nothing looked for text. Earlier
        # proofs are not read again.
        "ALTER TABLE payments ADD COLUMN reading TEXT",
        "ALTER TABLE payments ADD COLUMN read_key TEXT",
        "ALTER TABLE payments ADD COLUMN was_read INTEGER",
        """
        CREATE INDEX payments_by_read_number ON payments (read_key, id)
        WHERE read_key IS NOT NULL
        """,
        "ALTER TABLE fingerprints ADD COLUMN code TEXT",
        """
        CREATE INDEX fingerprints_by_code ON fingerprints (code, payment_id)
        WHERE code IS NOT NULL
        """,
        """
        CREATE TABLE readings (
            payment_id INTEGER PRIMARY KEY REFERENCES payments (id),
            data TEXT NOT NULL
        )
        """,
        # The number and the amount before each correction, as JSON.
        "ALTER TABLE payments ADD COLUMN former_claims TEXT",
    ),
    (
        # Money that the bank says has arrived, each of it tied to one payment at most. `at` is when
        # it arrived, or with `is_day` the beginning of that day. `received_by` imported the
        # statement, `untied_by` took a tie back.
        """
        CREATE TABLE deposits (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            source TEXT NOT NULL,
            amount INTEGER NOT NULL CHECK (amount > 0),
            at INTEGER NOT NULL,
            is_day INTEGER NOT NULL,
            received_at INTEGER NOT NULL,
            received_by TEXT NOT NULL,
            sender TEXT,
            reference TEXT,
            reference_key TEXT,
            account TEXT,
            rule TEXT,
            text TEXT,
            has_notice INTEGER NOT NULL,
            in_statement INTEGER NOT NULL,
            payment_id INTEGER UNIQUE REFERENCES payments (id),
            tie_rule TEXT,
            tied_by TEXT,
            untied_by TEXT
        )
        """,
        """
        CREATE INDEX deposits_untied ON deposits (amount, is_day, at)
        WHERE payment_id IS NULL AND untied_by IS NULL
        """,
        # Money of which the other report may still come.
        "CREATE INDEX deposits_without_notice ON deposits (amount, at) WHERE has_notice = 0",
        "CREATE INDEX deposits_without_line ON deposits (amount, at) WHERE in_statement = 0",
        """
        CREATE INDEX deposits_by_reference ON deposits (reference_key, amount)
        WHERE reference_key IS NOT NULL
        """,
        "CREATE INDEX deposits_by_time ON deposits (at)",
        "CREATE INDEX deposits_with_text ON deposits (received_at) WHERE text IS NOT NULL",
        # The keys of the notices and lines that have brought a deposit, so that none brings two.
        """
        CREATE TABLE deposit_keys (
            key TEXT PRIMARY KEY,
            deposit_id INTEGER NOT NULL REFERENCES deposits (id)
        ) WITHOUT ROWID
        """,
        # What arrives of a payment in the account: `amount` and tip; whether it does at all, by
        # its method; and how the money of an approved payment was seen.
        "ALTER TABLE payments ADD COLUMN arrives INTEGER NOT NULL DEFAULT 0",
        """
        UPDATE payments SET arrives = tip + COALESCE((
            SELECT SUM(amount) FROM payment_allocations WHERE payment_id = payments.id
        ), 0)
        """,
        "ALTER TABLE payments ADD COLUMN to_account INTEGER NOT NULL DEFAULT 0",
        "UPDATE payments SET to_account = 1 WHERE method NOT IN ('efectivo', 'tarjeta')",
        "ALTER TABLE payments ADD COLUMN checked TEXT",
        """
        UPDATE payments SET checked = 'cuenta' WHERE status = 'aprobado' AND seen_in_account = 1
        """,
        """
        CREATE INDEX payments_arriving ON payments (arrives, submitted_at)
        WHERE to_account = 1 AND status IN ('por_verificar', 'aprobado')
        """,
        # The waiters' version of an event: that money came, not from whom.
        "ALTER TABLE events ADD COLUMN for_waiters TEXT",
        # The bank's phone: its secret, and when it was heard last; a table of one row.
        """
        CREATE TABLE bank_phone (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            secret TEXT,
            secret_by TEXT,
            secret_at INTEGER,
            heartbeat_at INTEGER,
            notice_at INTEGER,
            refused_at INTEGER,
            refused_code TEXT
        )
        """,
        # How a bank's statement is read, as somebody chose it, by the bank's name.
        """
        CREATE TABLE statement_profiles (
            name TEXT PRIMARY KEY,
            data TEXT NOT NULL,
            used_at INTEGER NOT NULL
        )
        """,
    ),
)

VERSION = len(MIGRATIONS)
