"""HTTP's own refusals, raised before anybody looks at the content of the request."""

from comanda.domain.errors import DomainError


class TooManyConnections(DomainError):
    code = "too_many_connections"
    sentence = (
        "Hay demasiadas conexiones abiertas desde este aparato o su red. "
        "Cierra las pestañas de Comanda que no uses y prueba otra vez"
    )
    retry_after = 5


class ServerBusy(DomainError):
    """The request bodies in work fill the room set aside for them; nothing was changed."""

    code = "server_busy"
    sentence = "Comanda está ocupada en este momento. Inténtalo otra vez"
    retry_after = 2


class WrongHost(DomainError):
    """The request names a host that does not belong to this house (DNS rebinding)."""

    code = "wrong_host"
    sentence = "Comanda no se llama así"


class NotJson(DomainError):
    code = "unsupported_media_type"
    sentence = "Esto se envía como JSON, con Content-Type: application/json"
