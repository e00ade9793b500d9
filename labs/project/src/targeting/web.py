"""Around every request: a number, a limit on its size, errors in one form, a log line in JSON.

The log says when, what, by which model and with which result. It holds no household number, no purchase, no client
address and no exact probability, which would be found again in a mailing list beside its household.
"""

import json
import logging
import secrets
import sys
from datetime import UTC, datetime

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException as AnyHTTPException

from targeting.messages import MAX_BODY, ErrorResponse

MAX_PROBLEMS = 20  # named in one answer
ERRORS = {
    400: {"model": ErrorResponse, "description": "the body is no JSON"},
    413: {"model": ErrorResponse, "description": f"the body is larger than {MAX_BODY:,} bytes"},
    422: {"model": ErrorResponse, "description": "fields are wrong; each is named"},
    503: {"model": ErrorResponse, "description": "no model, campaign table or list of objections, or too busy"},
}


class JsonFormatter(logging.Formatter):
    """One JSON object a line; the message of a record is a dictionary."""

    def format(self, record: logging.LogRecord) -> str:
        entry = record.msg if isinstance(record.msg, dict) else {"event": record.getMessage()}
        if record.exc_info:
            entry = {**entry, "exception": self.formatException(record.exc_info)}
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        return json.dumps({"time": time, "level": record.levelname.lower(), **entry})


def log_to(stream=None) -> None:
    """Send the service's log to a stream (default: standard output)."""
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(JsonFormatter())
    logger = logging.getLogger("targeting")
    logger.handlers, logger.propagate = [handler], False
    logger.setLevel(logging.INFO)


def error(status: int, text: str, problems: list[dict] | None = None) -> Response:
    """Return an error in the one form that the service has; ASCII, because a request may hold what UTF-8 cannot say."""
    body = json.dumps({"error": text, "problems": problems or []})
    headers = {"retry-after": "1"} if status == 503 else None
    return Response(body, status, headers, "application/json")


def unexpected(request: Request, exception: Exception) -> Response:
    logging.getLogger("targeting.service").error({"event": "defect", "path": request.url.path}, exc_info=exception)
    return error(500, "This is a defect of the service; it has been logged.")


def invalid(request: Request, exception: RequestValidationError) -> Response:
    """Name each wrong field and what is wrong with it; never repeat its value, which may be personal."""
    problems = []
    for entry in exception.errors()[:MAX_PROBLEMS]:
        place = entry["loc"][1:] if entry["loc"][:1] == ("body",) else entry["loc"]
        if entry["type"] == "json_invalid":
            problems.append(
                {"field": "body", "message": f"is no JSON: {entry['ctx']['error']} at character {place[0]}"}
            )
        else:
            name = ".".join(map(str, place))[:200] or "body"
            problems.append({"field": name, "message": entry["msg"].removeprefix("Value error, ")})
    return error(422, "The request cannot be used; correct the fields named here.", problems)


def refused(request: Request, exception: AnyHTTPException) -> Response:
    response = error(exception.status_code, str(exception.detail))
    response.headers.update(exception.headers or {})
    return response


class Envelope:
    """ASGI middleware: number each request, and stop reading a body at the limit, announced or not."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        number = secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = number
        announced = int(dict(scope["headers"]).get(b"content-length", b"0"))
        received = 0

        async def limited():
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if max(announced, received) > MAX_BODY:
                raise HTTPException(
                    413, f"The body is larger than {MAX_BODY:,} bytes. Send fewer households at a time."
                )
            return message

        async def numbered(message):
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"x-request-id", number.encode())]
            await send(message)

        return await self.app(scope, limited, numbered)


def wrap(app: FastAPI) -> None:
    """Add all of this to an application."""
    app.add_middleware(Envelope)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(AnyHTTPException, refused)
    app.add_exception_handler(Exception, unexpected)
