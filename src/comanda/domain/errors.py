"""The domain's errors: a stable code for programs, and a Spanish sentence for people."""

from collections.abc import Mapping, Sequence
from typing import ClassVar


class DomainError(Exception):
    """A refusal. `code` never changes; `detail` is a sentence that staff may read."""

    code: ClassVar[str]
    sentence: ClassVar[str]
    retry_after: int | None = None  # whole seconds until another try can succeed

    def __init__(self, detail: str | None = None) -> None:
        self.detail = detail or self.sentence
        super().__init__(self.detail)


class MalformedBody(DomainError):
    code = "malformed_body"
    sentence = "No se pudo leer el cuerpo de la petición"


class NotSignedIn(DomainError):
    code = "not_signed_in"
    sentence = "Inicia sesión para continuar"


class BadCredentials(DomainError):
    code = "bad_credentials"
    sentence = "Usuario o PIN incorrecto"


class BadSignature(DomainError):
    code = "bad_signature"
    sentence = "La firma no es la de esta casa: revisa el secreto en Admin → Banco"


class Forbidden(DomainError):
    code = "forbidden"
    sentence = "Tu rol no puede hacer esto"


class OtherUser(DomainError):
    code = "other_user"
    sentence = "Aquí ya entró otra persona. No se hizo nada"

    def __init__(self, name: str | None = None) -> None:
        super().__init__(name and f"Aquí ahora está {name}. No se hizo nada")


class OwnPayment(DomainError):
    code = "own_payment"
    sentence = "Tú enviaste este pago: lo tiene que decidir otra persona"


class CrossOrigin(DomainError):
    code = "cross_origin"
    sentence = "La petición viene de otro sitio"


_IN_SECONDS, _IN_MINUTES = 120, 7200  # shorter pauses, in seconds, are told in this unit


def _words(seconds: int) -> str:
    """A pause in words, rounded up: `60 s`, `8 min`, `3 h`."""
    if seconds < _IN_SECONDS:
        return f"{seconds} s"
    return f"{-(-seconds // 60)} min" if seconds < _IN_MINUTES else f"{-(-seconds // 3600)} h"


class TooManyAttempts(DomainError):
    code = "too_many_attempts"
    sentence = "Demasiados intentos"

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Demasiados intentos. Espera {_words(retry_after)} y prueba otra vez")
        self.retry_after = retry_after


class NotFound(DomainError):
    code = "not_found"
    sentence = "No encontrado"


class OldVersion(DomainError):
    code = "old_version"
    sentence = "Comanda cambió desde que se abrió esta página. Recárgala"


class BackupFailed(DomainError):
    code = "backup_failed"
    sentence = "No se pudo hacer la copia"


class OrderNotFound(DomainError):
    code = "order_not_found"
    sentence = "Orden no encontrada"


class PaymentNotFound(DomainError):
    code = "payment_not_found"
    sentence = "Pago no encontrado"


class DepositNotFound(DomainError):
    code = "deposit_not_found"
    sentence = "Ingreso no encontrado"


class ProductNotFound(DomainError):
    code = "product_not_found"
    sentence = "Platillo no encontrado"


class StaffNotFound(DomainError):
    code = "staff_not_found"
    sentence = "Nadie del personal tiene ese usuario"


class SessionNotFound(DomainError):
    code = "session_not_found"
    sentence = "Esa sesión ya está cerrada"


class UsernameTaken(DomainError):
    code = "username_taken"
    sentence = "Ya hay alguien con ese usuario"


class LastAdmin(DomainError):
    code = "last_admin"
    sentence = "Es quien administra: da de alta antes a otra persona como administrador"


class BadSetupToken(DomainError):
    code = "bad_setup_token"
    sentence = "La dirección no es la que Comanda mostró al arrancar; ábrela otra vez con el QR"


class ProductExists(DomainError):
    code = "product_exists"
    sentence = "Ese platillo ya está en el menú"


class ProofExpired(DomainError):
    code = "proof_expired"
    sentence = "La foto ya se borró: pasó el tiempo que se guardan los comprobantes"


class ProofNotExamined(DomainError):
    """The proof can't be shown yet: its examination is about to make what was asked for."""

    code = "proof_not_examined"
    sentence = "Se está preparando"


class NoThumbnail(DomainError):
    code = "no_thumbnail"
    sentence = "Este comprobante no tiene miniatura"


class IllegalTransition(DomainError):
    code = "illegal_transition"
    sentence = "La orden no puede pasar a ese estado"


class NothingDue(DomainError):
    code = "nothing_due"
    sentence = "De esta orden ya no se debe nada"


class OrderHasPayments(DomainError):
    code = "order_has_payments"
    sentence = "De esta orden ya hay algo pagado"


class PaymentAlreadyDecided(DomainError):
    code = "payment_already_decided"
    sentence = "Este pago ya fue dictaminado"


class DepositTaken(DomainError):
    code = "deposit_taken"
    sentence = "Ese ingreso ya es de otro pago"


class FileTooLarge(DomainError):
    code = "file_too_large"
    sentence = "El archivo es demasiado grande"


class UnsupportedFile(DomainError):
    code = "unsupported_file"
    sentence = (
        "El archivo no es una foto JPEG, PNG o WebP ni un PDF, o está dañado. "
        "Toma una captura de pantalla y envía esa foto"
    )


class UploadTimeout(DomainError):
    code = "upload_timeout"
    sentence = "La conexión está muy lenta y el envío no llegó a tiempo. Inténtalo otra vez"


class StorageUnavailable(DomainError):
    """The database can't be read or written now; the request has changed nothing."""

    code = "storage_unavailable"
    sentence = "La base de datos no responde en este momento. Inténtalo otra vez"
    retry_after = 2


class StorageFull(StorageUnavailable):
    code = "storage_full"
    sentence = "El disco del servidor está lleno. Avisa al administrador; nada se perdió"
    retry_after = 15


class IdempotencyKeyReused(DomainError):
    code = "idempotency_key_reused"
    sentence = "Esta clave de envío ya se usó para otra cosa"

    def __init__(self, username: str | None = None) -> None:
        super().__init__(username and f"Esto ya lo envió {username}, y llegó")


class ValidationFailed(DomainError):
    """`errors`: field path (`items.0.quantity`) → sentences."""

    code = "validation_failed"
    sentence = "Revisa los datos"

    def __init__(self, errors: Mapping[str, Sequence[str]]) -> None:
        super().__init__()
        self.errors = {field: list(sentences) for field, sentences in errors.items()}
