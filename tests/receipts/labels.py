"""The words of receipts: titles, and what each fact is called."""

AMOUNT = ("Monto", "Importe", "Total", "Valor", "Monto transferido", "Importe transferido")
SENT = ("Transferiste", "Enviaste", "Pagaste", "Monto enviado")
HOLDER = (
    "Para", "Beneficiario", "Destinatario", "Nombre del beneficiario", "Titular destino",
    "A nombre de", "Nombre del destinatario",
)  # fmt: skip
DONE = (
    "Transferencia exitosa", "¡Listo!", "Operación exitosa", "¡Transferencia realizada!",
    "Envío realizado", "Comprobante de transferencia", "Tu dinero ya llegó",
)  # fmt: skip
BUTTONS = (
    "Compartir", "Descargar", "Volver al inicio", "Listo", "Hacer otra transferencia",
    "Compartir comprobante", "Ver detalle", "Guardar contacto", "Finalizar", "Nueva operación",
)  # fmt: skip

OPERATION = ("N.º de operación", "Número de operación", "Nº de operación", "Operación")
VOUCHER = ("Comprobante No.", "Número de comprobante", "Comprobante", "N.º de comprobante")
REFERENCE = ("Referencia", "Número de referencia", "No. de referencia", "Nro. de referencia")
AUTHORIZATION = ("Código de autorización", "No. de autorización", "Número de autorización")
TRANSACTION = ("ID de transacción", "Código de transacción", "Id. de transacción")
TRACKING = ("Clave de rastreo", "Clave de rastreo SPEI", "CLAVE DE RASTREO")

# Rows that all designs call alike.
ROWS: dict[str, tuple[str, ...]] = {
    "to_bank": ("Banco", "Banco destino", "Institución receptora", "Entidad", "Banco receptor"),
    "sender": ("De", "Ordenante", "Envía", "Titular de origen", "Nombre del ordenante"),
    "from_account": (
        "Cuenta de origen", "Cuenta origen", "Cuenta de retiro", "Cuenta de cargo", "Desde",
    ),
    "at": ("Fecha y hora", "Fecha", "Fecha de operación", "Realizado el", "Fecha y hora de envío"),
    "day": ("Fecha", "Fecha de operación", "Fecha de la transferencia", "Fecha del movimiento"),
    "time": ("Hora", "Hora de operación", "Hora del movimiento"),
    "concept": ("Concepto", "Motivo", "Descripción", "Mensaje", "Detalle", "Concepto de pago"),
    "fee": ("Comisión", "Costo del envío", "Comisión por transferencia", "Cargo por servicio"),
    "tax": ("IVA", "IVA de la comisión", "Impuesto"),
    "balance": ("Saldo disponible", "Saldo", "Saldo después del movimiento", "Nuevo saldo"),
    "debit": ("Total debitado", "Total cargado a tu cuenta", "Cargo total"),
    "kind": ("Tipo de operación", "Tipo", "Operación", "Canal"),
    "state": ("Estado", "Estatus", "Situación"),
    "security": ("Código de seguridad", "CÓDIGO DE SEGURIDAD"),
}  # fmt: skip

# Under a heading, both parties' rows have the same labels.
SECTIONS = {
    "from": ("Origen", "Datos de quien envía", "Desde", "Ordenante"),
    "to": ("Destino", "Datos de quien recibe", "Para", "Beneficiario"),
    "operation": ("Operación", "Datos de la operación", "Detalle", "Transferencia"),
}
IN_SECTIONS: dict[str, tuple[str, ...]] = {
    "sender": ("Nombre", "Titular"),
    "from_account": ("Cuenta", "Número de cuenta"),
    "to_bank": ("Banco", "Institución"),
    "account": ("Cuenta", "Número de cuenta"),
}

KINDS = (
    "Transferencia",
    "Transferencia SPEI",
    "Transferencia a terceros",
    "Pago móvil",
    "App móvil",
)
STATES = ("Exitosa", "Liquidada", "Aprobada", "Acreditada", "Completada", "En proceso")
CONCEPTS = (
    "Cena mesa 14", "Comida", "Pago de cuenta", "mesa 7", "Consumo", "2 tacos y refresco",
    "Almuerzo", "Cumple de Vero", "pago", "Varios", "Cuenta 231", "Transferencia",
    "propina $ 20 incluida", "=2+2", "<b>gracias</b> 100 %",
)  # fmt: skip
FOOTERS = (
    "Consulta tus movimientos cuando quieras en la app.",
    "Guarda este comprobante. No tiene validez fiscal.",
    "¿Dudas? Llámanos al 800 226 2663, las 24 horas.",
    "Nunca te pediremos tus claves por teléfono ni por correo.",
    "El abono puede tardar hasta 30 minutos en verse reflejado.",
    "Invita a un amigo y ganen $ 50 cada uno.",
    "Comprobante generado por medios electrónicos.",
)
PEOPLE = (
    "María Fernanda López García", "José Luis Hernández Ruiz", "Ana Sofía Quispe Mamani",
    "Carlos Andrés Gómez Peña", "Lucía Belén Fernández", "Jorge Iván Restrepo Muñoz",
    "Daniela Rojas Vargas", "Pedro Pablo Núñez Soto", "Valentina Ibáñez Castro",
    "Miguel Ángel Chávez Ortiz", "Rosa Elena Ramírez Solís", "Diego Armando Ríos Paz",
    "Gabriela Montes de Oca", "Juan Camilo Ospina Díaz", "Ximena Zúñiga Araya",
)  # fmt: skip
HOUSES = (
    "Fonda El Limón", "Restaurante La Güera", "Soda Tapia", "Cevichería Mar Azul",
    "Parrilla Don Julio", "Tacos El Compa SA de CV", "Picantería La Nueva Palomino",
    "Arepas de la 70 SAS", "Comedor Doña Chayo", "Café Peñalolén SpA", "Asados El Boyacense",
    "Cocina Económica Lupita", "Bodegón de Almagro SRL", "Marisquería Los Arcos",
)  # fmt: skip
SENTENCES = (
    "Tu transferencia de {amount} a {holder} quedó hecha. Estos son los datos:",
    "Te avisamos que salió de tu cuenta un envío por {amount}. Si no fuiste tú, llámanos.",
    "Hiciste una transferencia desde la app. Aquí tienes los datos para lo que necesites.",
)
