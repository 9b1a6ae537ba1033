from contextvars import copy_context

from fupin.lib.requests import new_request_id, request_id


def test_request_ids_are_fresh_and_plain() -> None:
    first, second = new_request_id(), new_request_id()
    assert first != second
    assert len(first) == 32
    assert int(first, 16) >= 0


def test_request_id_does_not_leak_into_other_contexts() -> None:
    copy_context().run(request_id.set, "one")
    assert request_id.get() == ""
