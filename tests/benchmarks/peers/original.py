"""The design that Comanda replaces: FastAPI, SQLAlchemy, files on disk, a WebSocket loop.

Written as a competent engineer would: the blocking work runs in the thread pool, SQLite is in WAL
mode, a message is encoded once for everybody, and uvicorn has uvloop and httptools.
"""

import json
import os
import shutil
import sys
import uuid
from pathlib import Path
from typing import Annotated, Any

import uvicorn
from fastapi import FastAPI, Form, HTTPException, UploadFile, WebSocket, WebSocketDisconnect
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import create_engine, event
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

FOLDER = Path(os.environ.get("BENCH_FOLDER", "."))
ORDERS = int(os.environ.get("BENCH_ORDERS", "0"))


class Base(DeclarativeBase):
    pass


class Orden(Base):
    __tablename__ = "ordenes"
    id: Mapped[int] = mapped_column(primary_key=True)
    mesa: Mapped[int]
    estado: Mapped[str]
    metodo_pago: Mapped[str | None]
    comprobante: Mapped[str | None]


class Manager:
    """The open WebSockets, told one after the other."""

    def __init__(self) -> None:
        self.connections: list[WebSocket] = []

    async def broadcast(self, message: dict[str, Any]) -> None:
        text = json.dumps(message)
        for connection in list(self.connections):
            try:
                await connection.send_text(text)
            except (WebSocketDisconnect, RuntimeError):
                self.connections.remove(connection)


engine = create_engine(f"sqlite:///{FOLDER}/original.db")
manager = Manager()
app = FastAPI()


@event.listens_for(engine, "connect")
def use_wal(connection: Any, _: object) -> None:
    connection.execute("PRAGMA journal_mode = WAL")


@app.post("/ordenes/{orden_id}/comprobante", status_code=201)
async def submit(orden_id: int, metodo: Annotated[str, Form()], file: UploadFile) -> dict[str, Any]:
    message = await run_in_threadpool(store, orden_id, metodo, file)
    await manager.broadcast(message)
    return message


def store(orden_id: int, metodo: str, file: UploadFile) -> dict[str, Any]:
    path = FOLDER / "comprobantes" / f"{uuid.uuid4()}.jpg"
    with path.open("wb") as saved:
        shutil.copyfileobj(file.file, saved)
    with Session(engine) as session:
        orden = session.get(Orden, orden_id)
        if orden is None:
            raise HTTPException(404, "Orden no encontrada")
        orden.estado = "por_verificar"
        orden.metodo_pago = metodo
        orden.comprobante = str(path)
        session.commit()
        return {
            "evento": "pago_por_verificar",
            "order_id": str(orden.id),
            "mesa": orden.mesa,
            "estado": orden.estado,
            "metodo_pago": orden.metodo_pago,
        }


@app.websocket("/ws/cajero")
async def follow(websocket: WebSocket) -> None:
    await websocket.accept()
    manager.connections.append(websocket)
    try:
        while True:
            await websocket.receive_text()
    except WebSocketDisconnect:
        manager.connections.remove(websocket)


def main(port: int) -> None:
    (FOLDER / "comprobantes").mkdir()
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all(Orden(mesa=1, estado="entregado") for _ in range(ORDERS))
        session.commit()
    uvicorn.run(app, port=port, log_level="warning", ws_ping_interval=None, backlog=4096)


if __name__ == "__main__":
    main(int(sys.argv[1]))
