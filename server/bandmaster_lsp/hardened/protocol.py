"""The protocol of pygls 2.1.1 with its defects mended.

It overrides private parts of that release, which is why the release is pinned.
"""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
import uuid
from collections.abc import Callable, Generator
from concurrent.futures import Future
from enum import Enum
from typing import Any

from cattrs import Converter
from lsprotocol import types
from pygls.exceptions import (
    JsonRpcException,
    JsonRpcInvalidParams,
    JsonRpcInvalidRequest,
    JsonRpcMethodNotFound,
    JsonRpcParseError,
    JsonRpcServerNotInitialized,
)
from pygls.protocol import LanguageServerProtocol, lsp_method

from bandmaster_lsp.hardened.decoding import (
    INTERNAL_ERROR,
    JsonObject,
    as_object,
    straighten_reply,
)

log = logging.getLogger("bandmaster.lsp")

_OURS = (
    types.TEXT_DOCUMENT_DID_OPEN,
    types.TEXT_DOCUMENT_DID_CHANGE,
    types.TEXT_DOCUMENT_DID_CLOSE,
    types.NOTEBOOK_DOCUMENT_DID_OPEN,
    types.NOTEBOOK_DOCUMENT_DID_CHANGE,
    types.NOTEBOOK_DOCUMENT_DID_CLOSE,
    types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS,
    types.WORKSPACE_EXECUTE_COMMAND,
    types.WINDOW_WORK_DONE_PROGRESS_CANCEL,
)
"""Methods whose work in pygls we do not want: only registered features answer them."""


class NoReply(Exception):
    """The editor did not answer in time, could not, or said no; `code` is its own, or 0."""

    def __init__(self, message: str, code: int = 0) -> None:
        super().__init__(message)
        self.code = code


class _Stage(Enum):
    UNINITIALIZED = "the server is not initialized"
    RUNNING = "running"
    SHUT_DOWN = "the server is shutting down"


class Protocol(LanguageServerProtocol):
    """Decodes each message once, answers every request, and leaves nothing pending."""

    def __init__(self, server: Any, converter: Converter) -> None:
        super().__init__(server, converter)
        self._stage = _Stage.UNINITIALIZED
        self.ended = asyncio.Event()
        self.exit_code = 1
        self._registered: dict[str, Any] = self.fm.features  # pyright: ignore[reportUnknownMemberType]
        self._options: dict[str, Any] = self.fm.feature_options  # pyright: ignore[reportUnknownMemberType]
        for method in _OURS:
            self.fm.builtin_features.pop(method)  # pyright: ignore[reportUnknownMemberType]

    # Coming in

    def structure_message(self, data: Any) -> Any:
        """Nothing: pygls calls this for every object inside a message, not only for messages."""
        return data

    def receive(self, body: bytes) -> None:
        """Take one message as it came over the wire."""
        try:
            message: object = json.loads(body)
        except ValueError:
            self._refuse(None, JsonRpcParseError("the message is not JSON"))
            return
        self.handle_message(message)

    def handle_message(self, message: Any) -> None:
        match as_object(message):
            case {"method": str() as method, "id": int() | str() as msg_id, **rest}:
                self._take_request(msg_id, method, {"method": method, "id": msg_id, **rest})
            case {"method": str() as method, **rest} if "id" not in rest:
                self._take_notification(method, {"method": method, **rest})
            case {"id": int() | str() as msg_id, **rest} if rest.keys() & {"result", "error"}:
                self._take_reply(msg_id, {"id": msg_id, **rest})
            case _:
                self._refuse(None, JsonRpcInvalidRequest("this is no message of JSON-RPC 2.0"))

    def hang_up(self) -> None:
        """The editor is gone: its end of the wire is closed."""
        self.ended.set()

    def _take_request(self, msg_id: int | str, method: str, message: JsonObject) -> None:
        try:
            self._refuse_by_stage(method)
            self._get_handler(method)
            decoded = self._decode(message)
        except JsonRpcException as error:
            self._refuse(msg_id, error)
            return
        super().handle_message(decoded)

    def _take_notification(self, method: str, message: JsonObject) -> None:
        if self._stage is not _Stage.RUNNING and method != types.EXIT:
            return
        try:
            if method != types.CANCEL_REQUEST:
                self._get_handler(method)
            decoded = self._decode(message)
        except JsonRpcMethodNotFound:
            return  # Nobody waits for an answer, and clients send what they like.
        except JsonRpcException as error:
            log.warning("a %s notification was left out: %s", method, error)
            return
        super().handle_message(decoded)

    def _take_reply(self, msg_id: int | str, message: JsonObject) -> None:
        future = self._request_futures.get(msg_id)
        if future is None or future.done():
            self._forget(msg_id)
            return
        try:
            decoded = self._decode(straighten_reply(message))
        except JsonRpcException:
            self._forget(msg_id)
            future.set_exception(NoReply("the editor's answer cannot be read"))
            return
        super().handle_message(decoded)

    def _decode(self, message: JsonObject) -> Any:
        """Raises `JsonRpcException` for a message that does not fit its method."""
        message.setdefault("jsonrpc", "2.0")
        if message["jsonrpc"] != "2.0":
            raise JsonRpcInvalidRequest("only JSON-RPC 2.0 is spoken here")
        try:
            return LanguageServerProtocol.structure_message(self, message)
        except JsonRpcInvalidParams:
            raise
        except JsonRpcException as error:
            raise JsonRpcInvalidParams("the parameters do not fit the method") from error

    def _refuse_by_stage(self, method: str) -> None:
        if self._stage is _Stage.SHUT_DOWN:
            raise JsonRpcInvalidRequest(self._stage.value)
        if self._stage is _Stage.UNINITIALIZED and method != types.INITIALIZE:
            raise JsonRpcServerNotInitialized(self._stage.value)
        if self._stage is _Stage.RUNNING and method == types.INITIALIZE:
            raise JsonRpcInvalidRequest("the server is initialized already")

    def _refuse(self, msg_id: int | str | None, error: JsonRpcException) -> None:
        self._send_data(types.ResponseErrorMessage(id=msg_id, error=error.to_response_error()))

    # Answers to requests

    def _execute_handler(
        self,
        msg_id: Any,
        handler: Callable[..., Any],
        callback: Callable[[Future[Any]], None],
        args: tuple[Any, ...] | None = None,
        kwargs: dict[str, Any] | None = None,
    ) -> None:
        """As pygls does, but nothing that has ended is kept."""
        super()._execute_handler(msg_id, handler, callback, args, kwargs)
        future = self._request_futures.get(msg_id)
        if future is not None:
            future.add_done_callback(lambda _: self._request_futures.pop(msg_id, None))

    def _send_handler_result(self, future: Future[Any], *, msg_id: Any) -> None:
        """Our own errors as they are; of others the kind only, for their text may hold code."""
        self._request_futures.pop(msg_id, None)
        if future.cancelled():
            error = types.ResponseError(types.LSPErrorCodes.RequestCancelled, "cancelled")
        elif (raised := future.exception()) is None:
            self._send_response(msg_id, result=future.result())
            return
        elif isinstance(raised, JsonRpcException):
            error = raised.to_response_error()
        else:
            error = types.ResponseError(INTERNAL_ERROR, log_failure(raised))
        self._send_data(types.ResponseErrorMessage(id=msg_id, error=error))

    def _check_handler_result(self, future: Future[Any]) -> None:
        if not future.cancelled() and (raised := future.exception()) is not None:
            log_failure(raised)

    # Questions to the editor

    async def ask(self, method: str, params: Any, seconds: float) -> Any:
        """The editor's answer to a request. Raises `NoReply`; nothing is left pending."""
        msg_id = str(uuid.uuid4())
        answer = asyncio.wrap_future(self.send_request(method, params, msg_id=msg_id))
        try:
            async with asyncio.timeout(seconds):
                return await answer
        except TimeoutError:
            self.notify(types.CANCEL_REQUEST, types.CancelParams(id=msg_id))
            raise NoReply(f"the editor did not answer within {seconds:g} s") from None
        except asyncio.CancelledError:
            self.notify(types.CANCEL_REQUEST, types.CancelParams(id=msg_id))
            raise
        except JsonRpcException as error:
            raise NoReply(f"the editor said: {error}", error.code or 0) from error
        finally:
            self._forget(msg_id)

    def _forget(self, msg_id: int | str) -> None:
        self._request_futures.pop(msg_id, None)
        self._result_types.pop(msg_id, None)

    # From start to end

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(
        self, params: types.InitializeParams
    ) -> Generator[Any, Any, types.InitializeResult]:
        result = yield from super().lsp_initialize(params)
        commands = self._options.get(types.WORKSPACE_EXECUTE_COMMAND)
        result.capabilities.execute_command_provider = commands
        self._stage = _Stage.RUNNING
        return result

    @lsp_method(types.SHUTDOWN)
    def lsp_shutdown(self, *args: Any) -> Generator[Any, Any, None]:
        self._stage = _Stage.SHUT_DOWN
        if (ours := self._registered.get(types.SHUTDOWN)) is not None:
            yield ours, args, None
        own = self.msg_id
        for msg_id, future in list(self._request_futures.items()):
            if msg_id != own and not future.done():
                future.cancel()

    @lsp_method(types.EXIT)
    def lsp_exit(self, *_: Any) -> Generator[Any, Any, None]:
        self.exit_code = 0 if self._stage is _Stage.SHUT_DOWN else 1
        self.ended.set()
        yield from ()


def log_failure(raised: BaseException) -> str:
    """Log where something failed, and return what can be said of it.

    Neither has the error's own message, which may hold text of a file.
    """
    said = f"internal error ({type(raised).__name__}); the server's log says where"
    log.error("%s\n%s", said, "".join(traceback.format_tb(raised.__traceback__)))
    return said
