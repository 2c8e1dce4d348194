"""The connections under the `openai` SDK: aiohttp where nothing stands between us and the server.

A call costs about half of what it does over the SDK's own connections, and any number of them can
be kept without slowing each call down.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager
from typing import Any
from urllib.request import getproxies

import aiohttp
import httpx2
import openai

from bandmaster.providers.place import Place
from bandmaster.providers.wire import CONNECT_SECONDS, KEPT_CONNECTIONS
from bandmaster.settings import Limits

_KEEP_SECONDS = 30.0
_LONGEST_HEADER = 64 * 1024


def transport(place: Place, limits: Limits) -> httpx2.AsyncClient:
    """What the SDK sends through. What is meant to stay on this machine takes no proxy and follows
    nobody elsewhere; what goes out takes the proxy that the environment names."""
    timeout = httpx2.Timeout(limits.request_seconds, connect=CONNECT_SECONDS)
    if not place.local and getproxies():
        pool = httpx2.Limits(max_keepalive_connections=KEPT_CONNECTIONS)
        return openai.DefaultAsyncHttpxClient(timeout=timeout, limits=pool)
    return _Client(_Connections(), timeout, follow_redirects=not place.local)


class _Connections(httpx2.AsyncBaseTransport):
    """Connections of one event loop, opened when they are needed.

    The limits on time are the caller's, but for the one on the opening of a connection.
    """

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        session = self._session = self._session or _session()
        with _as_httpx():
            response = await session.request(
                request.method,
                str(request.url),
                headers=[(name.decode(), value.decode()) for name, value in request.headers.raw],
                data=await request.aread(),
                allow_redirects=False,
            )
        return httpx2.Response(
            response.status,
            headers=response.raw_headers,
            stream=_Body(response),
            request=request,
            extensions={"reason_phrase": (response.reason or "").encode()},
        )

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()


class _Client(httpx2.AsyncClient):
    """Does what the SDK needs of an HTTP client without the rest of one: no cookies, no hooks, no
    merging of parameters that nobody set. A redirection is left to the whole client."""

    def __init__(
        self, connections: _Connections, timeout: httpx2.Timeout, *, follow_redirects: bool
    ) -> None:
        super().__init__(
            transport=connections,
            timeout=timeout,
            trust_env=False,
            follow_redirects=follow_redirects,
        )
        self._connections = connections
        self._parsed: dict[str, httpx2.URL] = {}
        """The few addresses that are asked again and again."""

    def build_request(self, method: str, url: httpx2.URL | str, **said: Any) -> httpx2.Request:
        content, headers = said.pop("content", None), said.pop("headers", None)
        said.pop("timeout", None)  # The caller's own limits on time are shorter.
        if any(one is not None for one in said.values()):
            return super().build_request(method, url, content=content, headers=headers, **said)
        address = self._parsed.get(str(url))
        if address is None:
            address = self._parsed[str(url)] = httpx2.URL(url)
        return httpx2.Request(method, address, headers=headers, content=content)

    async def send(
        self, request: httpx2.Request, *, stream: bool = False, **said: Any
    ) -> httpx2.Response:
        response = await self._connections.handle_async_request(request)
        try:
            if response.has_redirect_location and self.follow_redirects:
                await response.aclose()
                return await super().send(request, stream=stream, **said)
            if not stream:
                await response.aread()
        except BaseException:
            await response.aclose()
            raise
        return response


class _Body(httpx2.AsyncByteStream):
    """The bytes of an answer as they come; closed before its end it closes the connection."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncGenerator[bytes, None]:
        with _as_httpx():
            async for chunk in self._response.content.iter_any():
                yield chunk

    async def aclose(self) -> None:
        self._response.close()


def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            limit=0, keepalive_timeout=_KEEP_SECONDS, ssl=httpx2.create_ssl_context()
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
        auto_decompress=False,
        skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
        max_line_size=_LONGEST_HEADER,
        max_field_size=_LONGEST_HEADER,
    )


@contextmanager
def _as_httpx() -> Generator[None]:
    """aiohttp's errors as the SDK knows them."""
    try:
        yield
    except (TimeoutError, aiohttp.ServerTimeoutError) as late:
        raise httpx2.ConnectTimeout("no connection in time") from late
    except aiohttp.ClientConnectorError as nobody:
        raise httpx2.ConnectError("no connection") from nobody
    except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError) as wrong:
        raise httpx2.UnsupportedProtocol("no address that can be asked") from wrong
    except (aiohttp.ClientError, OSError) as broken:
        raise httpx2.ReadError("the connection was lost") from broken
