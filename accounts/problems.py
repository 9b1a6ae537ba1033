"""RFC 9457 problem documents for the API (CONTRACT, API)."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as ShapeError
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from fupin.lib.errors import FupinError, TooMany

CONTENT_TYPE = "application/problem+json"
WHOLE = "non_field_errors"
WRONG_INPUT = "填写的内容有误。"
TITLES = {
    400: "填写的内容有误",
    401: "请先登录",
    403: "没有权限",
    404: "没有找到",
    405: "这里不支持这种请求",
    409: "状态已经变化",
    413: "提交的内容太大",
    415: "只接受 JSON",
    429: "操作太频繁",
    503: "服务暂时不可用",
}


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: every refusal becomes `application/problem+json` with `errors` by field."""
    set_rollback()
    match error:
        case FupinError():
            headers = {"Retry-After": str(error.retry_after)} if isinstance(error, TooMany) else {}
            # `status` is the document's own number; the object's present state goes by another name.
            facts = {"state" if name == "status" else name: fact for name, fact in error.extra.items()}
            extra = {"code": error.code, **facts}
            return problem(error.status, error.message, errors=error.fields, headers=headers, **extra)
        case ShapeError():
            errors = error.message_dict if hasattr(error, "error_dict") else {WHOLE: error.messages}
            return problem(400, WRONG_INPUT, errors=errors)
        case exceptions.ValidationError():
            return problem(400, WRONG_INPUT, errors=by_field(error.detail))
        case Http404():
            return problem(404, "没有找到这条内容。")
        case PermissionDenied():
            return problem(403, "没有权限。")
        case exceptions.APIException():
            return problem(error.status_code, str(error.detail), headers=_headers(error))
    return None


def problem(
    status: int,
    detail: str,
    /,
    *,
    errors: Any = None,
    headers: dict[str, str] | None = None,
    **extra: Any,
) -> Response:
    """One problem document; `extra` are further members, e.g. what is still open."""
    return Response(
        _document(status, detail, errors=errors, **extra),
        status=status,
        headers=headers,
        content_type=CONTENT_TYPE,
    )


def plain_problem(status: int, detail: str) -> JsonResponse:
    """The same document where DRF is not involved: unknown addresses, broken paths."""
    return JsonResponse(
        _document(status, detail),
        status=status,
        content_type=CONTENT_TYPE,
        json_dumps_params={"ensure_ascii": False},
    )


def unknown_address(request: HttpRequest, **kwargs: Any) -> JsonResponse:
    """What stands behind every address of the API that is none."""
    return plain_problem(404, "没有这个地址，全部接口见 /api/docs/。")


def by_field(detail: Any) -> dict[str, list[str]]:
    """Messages by the body's own fields; what is wrong deeper inside says where: `items` -> "[1].quantity: …"."""
    if not isinstance(detail, dict):
        return {WHOLE: list(_messages(detail, ""))}
    return {str(name): list(_messages(inner, "")) for name, inner in detail.items()}


def _messages(detail: Any, place: str) -> Iterator[str]:
    match detail:
        case dict():
            for name, inner in detail.items():
                here = f"[{name}]" if isinstance(name, int) else f".{name}"
                yield from _messages(inner, place if name == WHOLE else f"{place}{here}")
        case list():
            for index, inner in enumerate(detail):
                deeper = f"{place}[{index}]" if isinstance(inner, dict | list) else place
                yield from _messages(inner, deeper)
        case _:
            yield f"{place}：{detail}" if place else str(detail)


def _document(status: int, detail: str, /, *, errors: Any = None, **extra: Any) -> dict[str, Any]:
    title = TITLES.get(status, "请求未完成")
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **extra}
    return {**body, "errors": errors} if errors else body


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = str(challenge)
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait))
    return headers
