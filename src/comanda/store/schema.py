"""The tables, as numbered migrations: number N brings a database of version N-1 to version N.

A migration that has shipped is never edited; a change is a new one at the end. Money is integer
minor units, times are integer milliseconds since 1970 (UTC), and every default comes from Python.

What SQL can't compute, a migration calls by its name in FUNCTIONS.
"""

from collections.abc import Callable

from comanda.domain.evidence import reference_key
from comanda.domain.names import fold

# Pure functions of one text, or of NULL, which gives NULL.
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
        # The log learns of changes that concern no order: SQLite takes NOT NULL away by a rebuild.
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
        # A session gets an id that may be shown, which its token's hash may not.
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
        # Numbers are compared by their letters and digits alone, those from before too.
        """
        UPDATE payments SET reference_key = NULLIF(reference_key(reference), '')
        WHERE reference IS NOT NULL
        """,
    ),
    ("ALTER TABLE house ADD COLUMN day_ends TEXT",),
    (
        # What a product's name is to the eye. Two that had the same one already stay as they are.
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
        # Numbers are compared as they look beside the letters that are taken for digits.
        """
        UPDATE payments SET reference_key = NULLIF(reference_key(reference), '')
        WHERE reference IS NOT NULL
        """,
    ),
    (
        # A key is its user's. Whose those from before are tells the event of the same transaction.
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
        # What is let go by its age is found by an index, and so is what is shown of the menu.
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
        # A proof is compared by what it shows, beside its bytes; those from before are looked at
        # while the house works, and what is gone already never can be. Numbers are compared over
        # all methods, and by the look of more letters.
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
        # Which orders the kitchen has begun: the log tells, also of what went back a step since.
        "CREATE INDEX events_of_begun ON events (order_id, status) WHERE status = 'en_preparacion'",
    ),
    (
        # Wrong PINs for people to read; those that count against who guesses are apart, hashed.
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
        # Whose PIN is easily guessed: a hash does not tell, so this is learned at a sign-in.
        "CREATE TABLE weak_pins (username TEXT PRIMARY KEY REFERENCES staff (username))",
    ),
    (
        # Each restore: who knows the log only up to an event below `floor` knows another log.
        """
        CREATE TABLE restores (
            floor INTEGER PRIMARY KEY,
            at INTEGER NOT NULL
        )
        """,
    ),
)

VERSION = len(MIGRATIONS)
