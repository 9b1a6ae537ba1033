"""What the API's doors share: strict fields, keyset pages, a bounded JSON parser, one way to describe a call.

Fields take what JSON says and nothing like it: no number as text, no text as number, no array as scalar. Their
messages never repeat the input, which may hold characters that no answer can carry.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, time
from typing import IO, Any, TypeVar
from urllib.parse import urlencode

from django.core.exceptions import ValidationError as ShapeError
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import exceptions, serializers, status
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response

from fupin.lib import fields, money
from fupin.lib.images import reencode
from fupin.lib.paging import MAX_SIZE, Page

MAX_BODY = 256 * 1024
BIGGEST = 2**63 - 1
PAGE_SIZE = 20
_NUMBER = re.compile(r"[0-9]{1,19}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_HOUR = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_WRONG_TYPE = {"text": "这里要写成字符串。", "number": "这里要写成整数。"}

Handler = TypeVar("Handler", bound=Callable[..., Any])
AnySerializer = serializers.Serializer[Any]


class BodyTooBig(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = f"提交的内容太大，最多 {MAX_BODY // 1024} KB。"


class CleanJSONParser(JSONParser):
    """JSON of at most 256 KiB; nesting deeper than Python reads is bad input, not a crash."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        try:
            return super().parse(_Bounded(stream), media_type, parser_context)  # type: ignore[arg-type]
        except RecursionError as error:
            raise exceptions.ParseError("内容嵌套得太深。") from error


class _Bounded:
    """A stream that is never read beyond the limit."""

    def __init__(self, stream: IO[Any]) -> None:
        self.stream = stream

    def read(self, size: int = -1) -> bytes:
        data: bytes = self.stream.read(MAX_BODY + 1)
        if len(data) > MAX_BODY:
            raise BodyTooBig
        return data


class _TextField(serializers.CharField):
    """A string that goes through the same field as the page's form; see `fupin.lib.fields`."""

    default_error_messages = {
        "invalid": _WRONG_TYPE["text"],
        "blank": "请填写这一项。",
        "required": "请填写这一项。",
        "null": "请填写这一项。",
    }

    def __init__(self, form_field: fields._TypedField, **kwargs: Any) -> None:
        self.form_field = form_field
        super().__init__(trim_whitespace=False, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid")
        try:
            value = self.form_field.parse(data)
        except ShapeError as error:
            raise serializers.ValidationError(error.messages) from error
        if value == "" and not self.allow_blank:
            self.fail("blank")
        return value


class LineField(_TextField):
    """One line of text, at most `longest` characters after normalisation."""

    def __init__(self, longest: int, **kwargs: Any) -> None:
        super().__init__(fields.LineField(max_length=longest), **kwargs)


class BodyField(_TextField):
    """Several lines of text, at most `longest` characters after normalisation."""

    def __init__(self, longest: int, **kwargs: Any) -> None:
        super().__init__(fields.BodyField(max_length=longest), **kwargs)


class NameField(_TextField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(fields.NameField(), **kwargs)


class PhoneField(_TextField):
    """A mainland mobile number in any usual spelling; +86… inside."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(fields.PhoneField(), **kwargs)


class CodeField(_TextField):
    """The six digits of a text message."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(fields.CodeField(), **kwargs)


class ResidentIdField(_TextField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(fields.ResidentIdField(), **kwargs)


class TrackingNumberField(_TextField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(fields.TrackingNumberField(), **kwargs)


@extend_schema_field({"type": "string", "pattern": r"^[0-9]{1,7}(\.[0-9]{1,2})?$", "example": "200.00"})
class YuanField(_TextField):
    """A string of yuan outside, fen inside."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(fields.YuanField(), **kwargs)

    def to_representation(self, value: Any) -> str:
        return money.yuan(value)


class WholeField(serializers.IntegerField):
    """A JSON integer within `min_value` and `max_value`; with `text=True` also its digits, as in an address."""

    default_error_messages = {
        "invalid": _WRONG_TYPE["number"],
        "required": "请填写这一项。",
        "null": "请填写这一项。",
    }

    def __init__(
        self, *, text: bool = False, min_value: int = 1, max_value: int = BIGGEST, **kwargs: Any
    ) -> None:
        self.text = text
        super().__init__(min_value=min_value, max_value=max_value, **kwargs)

    def to_internal_value(self, data: Any) -> int:
        if self.text and isinstance(data, str) and _NUMBER.fullmatch(data):
            return int(data)
        if type(data) is not int:
            self.fail("invalid")
        return data


class DayField(serializers.DateField):
    """A day as 2026-12-01; the parser alone would take other digits and week numbers too."""

    def to_internal_value(self, value: Any) -> date:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            self.fail("invalid", format="YYYY-MM-DD")
        return super().to_internal_value(value)


@extend_schema_field({"type": "string", "pattern": r"^([01][0-9]|2[0-3]):[0-5][0-9]$", "example": "09:30"})
class ClockField(serializers.TimeField):
    """An hour of the day as 09:30."""

    def to_internal_value(self, value: Any) -> time:
        if not isinstance(value, str) or not _HOUR.fullmatch(value):
            self.fail("invalid", format="HH:MM")
        return super().to_internal_value(value)


class OneOf(serializers.ChoiceField):
    """One of these codes."""

    default_error_messages = {
        "invalid_choice": "没有这个选项。",
        "required": "请选择一项。",
        "null": "请选择一项。",
    }

    def to_internal_value(self, data: Any) -> str:
        if data == "" and self.allow_blank:
            return ""
        if not isinstance(data, str) or data not in self.choices:
            self.fail("invalid_choice")
        return data


class PhotoField(serializers.FileField):
    """A picture of a multipart body: the bytes of a JPEG made anew from its pixels (`fupin.lib.images`)."""

    default_error_messages = {"invalid": "请用 multipart 上传照片文件。", "required": "请上传照片。"}

    def to_internal_value(self, data: Any) -> bytes:  # type: ignore[override]
        if not hasattr(data, "read"):
            self.fail("invalid")
        try:
            return reencode(data)
        except ShapeError as error:
            raise serializers.ValidationError(error.messages) from error


class ProblemSerializer(AnySerializer):
    """An error document of RFC 9457."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField(required=False, help_text="a slug for programs")
    errors = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()), required=False, help_text="by field"
    )


class PageQuery(AnySerializer):
    """What every list understands besides its filters."""

    cursor = serializers.CharField(
        required=False, max_length=512, help_text="from `next` or `previous`; opaque"
    )
    page_size = WholeField(text=True, max_value=MAX_SIZE, default=PAGE_SIZE)


def page_of(item: type[AnySerializer], name: str) -> type[AnySerializer]:
    """The serializer of one keyset page of `item`, for the schema."""
    return type(
        f"{name}PageSerializer",
        (serializers.Serializer,),
        {
            "next": serializers.URLField(allow_null=True),
            "previous": serializers.URLField(allow_null=True),
            "results": item(many=True),
            "__doc__": f"One page of {name}.",
        },
    )


def paged(request: Request, page: Page[Any], results: Any) -> Response:
    """`{"next","previous","results"}` with full addresses that keep the request's filters."""
    return Response(
        {
            "next": _address(request, page.next_cursor),
            "previous": _address(request, page.previous_cursor),
            "results": results,
        }
    )


def cleaned(serializer: type[AnySerializer], data: Any, **context: Any) -> dict[str, Any]:
    """The checked values of a body or a query string; raises DRF's ValidationError by field."""
    bound = serializer(data=data, context=context)
    bound.is_valid(raise_exception=True)
    values: dict[str, Any] = bound.validated_data
    return values


def operation(
    method: str,
    says: str,
    *,
    answers: Any,
    status: int = 200,
    body: Any = None,
    query: type[AnySerializer] | None = None,
    refuses: Iterable[int] = (),
    headers: Iterable[OpenApiParameter] = (),
    name: str | None = None,
    signed_in: bool = True,
) -> Callable[[Handler], Handler]:
    """Describe one call in the schema: one sentence, what goes in, what comes out, which problems it answers."""
    problems = {(code, "application/problem+json"): ProblemSerializer for code in sorted({400, *refuses})}
    parameters: list[Any] = [*([query] if query else []), *headers]
    return extend_schema(
        methods=[method],
        operation_id=name,
        summary=says,
        description=says,
        request=body,
        parameters=parameters,
        responses={status: answers, **problems},
        auth=None if signed_in else [{}],  # type: ignore[list-item]
    )


def header(name: str, says: str, *, pattern: str) -> OpenApiParameter:
    """A required request header."""
    return OpenApiParameter(
        name, OpenApiTypes.STR, OpenApiParameter.HEADER, required=True, description=says, pattern=pattern
    )


def _address(request: Request, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    query = request.query_params.copy()
    query["cursor"] = cursor
    return f"{request.build_absolute_uri(request.path)}?{urlencode(list(query.items()))}"
