"""Decides how a bench sends requests at next to no cost: bytes made beforehand, one connection a caller; must never hide a refusal."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import uuid4

_END_OF_HEAD = b"\r\n\r\n"


class Refused(Exception):
    """An answer other than the one that counts."""


class Wire:
    """One kept HTTP/1.1 connection that posts the same body again and again, each time under a fresh Idempotency-Key."""

    def __init__(self, url: str, path: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> None:
        where = urlsplit(url)
        self._host, self._port = where.hostname, where.port
        self._body = json.dumps(body, ensure_ascii=False).encode()
        named = {
            "Host": where.netloc,
            "Content-Type": "application/json",
            "Content-Length": str(len(self._body)),
            **headers,
        }
        self._head = f"POST {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in named.items())

    async def __aenter__(self) -> Self:
        """Connect."""
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Hang up."""
        self._writer.close()

    async def post(self, expected: int) -> None:
        """Send one request and read its answer. Raises Refused where the status is another one."""
        head = f"{self._head}Idempotency-Key: {uuid4().hex}\r\n\r\n"
        self._writer.write(head.encode() + self._body)
        answer = await self._reader.readuntil(_END_OF_HEAD)
        length = next(line for line in answer.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        content = await self._reader.readexactly(int(length.split(b":")[1]))
        if int(answer[9:12]) != expected:
            raise Refused(f"answered {answer[9:12].decode()}: {content.decode()}")
