from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core import serializers
from django.core.exceptions import FieldError, ValidationError
from django.db import connection, models
from django.db.migrations.writer import MigrationWriter
from django.forms import modelform_factory
from pytest_django.fixtures import Settings

from fupin.lib import crypto
from fupin.lib.forms import YuanField
from fupin.lib.model_fields import FenField, SecretField
from fupin.lib.secret import Secret

from .samples import Sample

PHONE = "+8613800000001"
WHEN: dict[str, Any] = {"published_at": datetime(2026, 11, 1, tzinfo=UTC), "day": date(2026, 11, 1)}


def stored(column: str) -> list[Any]:
    """What the database holds, past the model."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM lib_samples_sample ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def test_assigned_text_becomes_a_secret_at_once() -> None:
    sample = Sample(phone=PHONE)
    assert isinstance(sample.phone, Secret)
    sample.phone = "+8613800000002"
    assert (str(sample.phone), sample.phone.open()) == ("138****0002", "+8613800000002")
    assert PHONE not in repr(vars(sample))
    sample.phone = ""
    assert sample.phone is None


def test_secret_field_refuses_other_types() -> None:
    with pytest.raises(TypeError, match="not int"):
        Sample(phone=13800000001)
    with pytest.raises(ValueError, match="unknown kind"):
        SecretField(kind="shoe")  # type: ignore[arg-type]


def test_secret_is_encrypted_in_the_table_and_opens_from_it(sample_table: type[Sample]) -> None:
    sample_table.objects.create(phone=PHONE, note="慢性病", **WHEN)
    [token] = stored("phone")
    assert token.startswith("v1:")
    assert crypto.decrypt(token, context="lib_samples_sample.phone") == PHONE
    assert crypto.decrypt(stored("note")[0], context="old_table.note") == "慢性病"
    loaded = sample_table.objects.get()
    assert loaded.phone is not None
    assert loaded.phone.open() == PHONE
    assert loaded.phone == Secret(PHONE, kind="phone")


def test_a_deferred_secret_is_loaded_when_asked_for(sample_table: type[Sample]) -> None:
    sample_table.objects.create(phone=PHONE, **WHEN)
    sample = sample_table.objects.defer("phone").get()
    assert sample.get_deferred_fields() == {"phone"}
    assert sample.phone == Secret(PHONE, kind="phone")


def test_every_way_of_writing_encrypts(sample_table: type[Sample]) -> None:
    first, second = sample_table.objects.bulk_create([Sample(phone=PHONE, **WHEN), Sample(**WHEN)])
    second.phone = Secret("+8613800000002", kind="phone")
    sample_table.objects.bulk_update([second], ["phone"])
    sample_table.objects.filter(pk=first.pk).update(phone="+8613800000003")
    assert all(token.startswith("v1:") for token in stored("phone"))
    opened = [sample.phone.open() for sample in sample_table.objects.order_by("pk") if sample.phone]
    assert opened == ["+8613800000003", "+8613800000002"]
    assert [str(value) for value in sample_table.objects.order_by("pk").values_list("phone", flat=True)] == [
        "138****0003",
        "138****0002",
    ]


def test_a_token_moved_to_another_column_does_not_open(sample_table: type[Sample]) -> None:
    sample_table.objects.create(phone=PHONE, **WHEN)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE lib_samples_sample SET note = phone")
    moved = sample_table.objects.get().note
    assert moved is not None
    with pytest.raises(crypto.DecryptError):
        moved.open()


def test_saving_keeps_the_token_until_the_keys_rotate(sample_table: type[Sample], settings: Settings) -> None:
    sample_table.objects.create(phone=PHONE, **WHEN)
    before = stored("phone")
    sample_table.objects.get().save()
    assert stored("phone") == before
    settings.FUPIN_KEYS = f"{crypto.new_key('k9')},{settings.FUPIN_KEYS}"
    sample_table.objects.get().save()
    assert stored("phone")[0].startswith("v1:k9:")
    assert sample_table.objects.get().phone == Secret(PHONE, kind="phone")


def test_secrets_can_be_missing_and_that_can_be_asked(sample_table: type[Sample]) -> None:
    sample_table.objects.create(phone=PHONE, **WHEN)
    sample_table.objects.create(phone="", **WHEN)
    assert sample_table.objects.filter(phone__isnull=True).count() == 1
    assert sample_table.objects.exclude(phone__isnull=True).get().phone is not None


@pytest.mark.parametrize(
    "lookup", ["phone", "phone__exact", "phone__contains", "phone__in", "phone__gt", "phone__lower"]
)
def test_secrets_cannot_be_searched(lookup: str) -> None:
    with pytest.raises(FieldError):
        Sample.objects.filter(**{lookup: [PHONE] if lookup.endswith("in") else PHONE})


def test_secrets_cannot_be_computed_serialised_or_edited() -> None:
    with pytest.raises(TypeError):
        Sample(phone=models.F("note"))
    with pytest.raises(FieldError):
        Sample._meta.get_field("phone").get_db_prep_save(models.F("note"), connection)
    with pytest.raises(TypeError):
        serializers.serialize("json", [Sample(phone=PHONE, **WHEN)])
    assert "phone" not in modelform_factory(Sample, fields="__all__").base_fields


def test_an_indexed_secret_is_reported_by_the_checks() -> None:
    class Indexed(models.Model):
        phone = SecretField(kind="phone", unique=True)

        class Meta:
            app_label = "lib_samples"

        def __str__(self) -> str:
            return ""

    assert [error.id for error in Indexed.check() if error.id == "fupin.E101"] == ["fupin.E101"]
    assert Sample.check() == []


@pytest.mark.parametrize("name", ["phone", "note", "amount"])
def test_fields_survive_a_migration_file(name: str) -> None:
    field = Sample._meta.get_field(name)
    _, path, args, kwargs = field.deconstruct()
    assert path.startswith("fupin.lib.model_fields.")
    assert type(field)(*args, **kwargs).deconstruct()[1:] == (path, args, kwargs)
    assert "fupin.lib.model_fields" in MigrationWriter.serialize(field)[0]


@pytest.mark.parametrize("value", [1.5, True, Decimal(1), "200"])
def test_fen_field_refuses_what_is_no_int(value: object) -> None:
    with pytest.raises(TypeError, match="int of fen"):
        FenField().get_prep_value(value)


def test_fen_field_stores_counts_and_bounds_fen(sample_table: type[Sample]) -> None:
    sample = sample_table.objects.create(amount=12_345, phone=PHONE, note="慢性病", **WHEN)
    sample_table.objects.filter(amount__gte=12_345).update(amount=models.F("amount") + 5)
    sample.refresh_from_db()
    assert sample.amount == 12_350
    sample.full_clean()
    sample.amount = -1
    with pytest.raises(ValidationError, match="不能小于 0"):
        sample.full_clean()


def test_a_model_form_shows_yuan_and_stores_fen() -> None:
    form_class = modelform_factory(Sample, fields=["amount"])
    assert isinstance(form_class.base_fields["amount"], YuanField)
    form = form_class({"amount": "２００．５"}, instance=Sample(amount=100))
    assert 'value="1"' in form_class(instance=Sample(amount=100)).as_p()
    assert form.is_valid()
    assert form.cleaned_data == {"amount": 20050}
