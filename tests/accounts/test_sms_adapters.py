"""The gateway adapter, against a local server that answers in the provider's documented format."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from accounts.enums import MessageState
from accounts.models import Message
from accounts.services import messages
from accounts.sms import SendError, aliyun
from fupin.lib.clock import now

OPTIONS = {
    "access_key_id": "testId",
    "access_key_secret": "testSecret",
    "sign_name": "扶贫帮",
    "code_template": "SMS_1",
    "text_template": "SMS_2",
}


class Provider(BaseHTTPRequestHandler):
    answer: tuple[int, object] = (200, {"Code": "OK", "BizId": "1"})
    seen: list[dict[str, str]] = []

    def do_GET(self) -> None:
        self.seen.append({key: value[0] for key, value in parse_qs(urlsplit(self.path).query).items()})
        status, body = self.answer
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def provider() -> Iterator[type[Provider]]:
    Provider.answer, Provider.seen = (200, {"Code": "OK", "BizId": "1"}), []
    server = HTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Provider.endpoint = f"http://127.0.0.1:{server.server_port}/"  # type: ignore[attr-defined]
    yield Provider
    server.shutdown()


def backend(provider) -> aliyun.AliyunBackend:
    return aliyun.AliyunBackend({**OPTIONS, "endpoint": provider.endpoint})


def test_signature_equals_a_value_computed_by_hand():
    # printf 'GET&%2F&AccessKeyId%3DtestId%26Action%3DSendSms' | openssl dgst -sha1 -hmac 'testSecret&' -binary | base64
    query = {"Action": "SendSms", "AccessKeyId": "testId"}
    assert aliyun.sign(query, "testSecret") == "w72J3eMZrv1KJuFEe96T7mwlPY0="


def test_code_goes_out_with_its_template_number_and_reference(provider):
    backend(provider).send(to="+8619900000001", text="…", code="123456", reference="77")
    sent = provider.seen[0]
    assert (sent["PhoneNumbers"], sent["TemplateCode"], sent["OutId"]) == ("19900000001", "SMS_1", "77")
    assert json.loads(sent["TemplateParam"]) == {"code": "123456"}
    signature = sent.pop("Signature")
    assert signature == aliyun.sign(sent, "testSecret")


@pytest.mark.parametrize(
    "answer", [(200, {"Code": "isv.BUSINESS_LIMIT_CONTROL"}), (500, {}), (200, "nonsense")]
)
def test_refusal_of_the_provider_is_a_send_error(provider, answer):
    provider.answer = answer
    with pytest.raises(SendError):
        backend(provider).send(to="+8619900000001", text="您好", code=None, reference="1")


@pytest.mark.django_db
def test_failed_message_waits_and_dies_after_five_attempts(provider, monkeypatch):
    provider.answer = (500, {})
    monkeypatch.setattr("accounts.sms.backend", lambda: backend(provider))
    message = messages.queue_sms(phone="+8619900000001", text="您好", dedup_key="one")
    assert messages.queue_sms(phone="+8619900000001", text="您好", dedup_key="one") == message
    for attempt in range(1, 6):
        assert messages.deliver_due() == 0
        message.refresh_from_db()
        assert message.attempts == attempt
        assert message.next_at > now()
        Message.objects.update(next_at=now())
    assert (message.state, messages.deliver_due(), len(provider.seen)) == (MessageState.DEAD, 0, 5)


@pytest.mark.django_db
def test_message_is_sent_once_however_often_it_is_swept(provider, monkeypatch):
    monkeypatch.setattr("accounts.sms.backend", lambda: backend(provider))
    message = messages.queue_sms(phone="+8619900000001", text="您好", dedup_key="one")
    assert (messages.deliver(message.pk), messages.deliver(message.pk), messages.deliver_due()) == (
        True,
        False,
        0,
    )
    assert len(provider.seen) == 1
