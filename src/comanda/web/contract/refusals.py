"""What is refused before anybody looks at what it asks for: HTTP's own refusals."""

from comanda.domain.errors import DomainError


class TooManyConnections(DomainError):
    code = "too_many_connections"
    sentence = (
        "Hay demasiadas conexiones abiertas desde este aparato o su red. "
        "Cierra las pestañas de Comanda que no uses y prueba otra vez"
    )
    retry_after = 5


class ServerBusy(DomainError):
    """What has arrived and is not yet dealt with fills the room there is; nothing was changed."""

    code = "server_busy"
    sentence = "Comanda está ocupada en este momento. Inténtalo otra vez"
    retry_after = 2


class WrongHost(DomainError):
    """The request names a host that is not this house's (DNS rebinding)."""

    code = "wrong_host"
    sentence = "Comanda no se llama así"


class NotJson(DomainError):
    code = "unsupported_media_type"
    sentence = "Esto se envía como JSON, con Content-Type: application/json"
