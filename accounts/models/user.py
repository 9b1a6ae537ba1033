from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils.crypto import salted_hmac

from accounts.enums import Display, DonorKind, Occupation
from fupin.lib.clock import now
from fupin.lib.crypto import blind_index
from fupin.lib.model_fields import SecretField
from fupin.lib.text import canonical_phone


class UserManager(BaseUserManager["User"]):
    def by_phone(self, phone: str) -> "User | None":
        """The account of this phone number in any spelling, or None."""
        return self.filter(phone_index=phone_index(phone)).first()

    def create_user(self, phone: str | None = None, **fields: Any) -> "User":
        """Create an account; `phone=None` makes a proxy account nobody can enter (REQUIREMENTS 52)."""
        user = self.model(**fields)
        if phone:
            user.phone = canonical_phone(phone)
            user.phone_index = phone_index(phone)
        user.set_unusable_password()
        user.save(using=self._db)
        return user

    def create_superuser(self, phone_index: str, **fields: Any) -> "User":
        """A system administrator; Django's command passes the phone number as the name."""
        fields.pop("password", None)
        return self.create_user(phone_index, is_superuser=True, **fields)


def phone_index(phone: str) -> str:
    """The blind index under which a phone number is found; raises ValidationError on a bad number."""
    return blind_index(canonical_phone(phone), kind="phone")


class User(AbstractBaseUser, PermissionsMixin):
    """A person. The phone number is the name to enter by; power comes from appointments only."""

    phone = SecretField(kind="phone", null=True, blank=True)
    phone_index = models.CharField(max_length=64, unique=True, null=True, blank=True)
    id_number = SecretField(kind="id", null=True, blank=True)
    id_index = models.CharField(max_length=64, db_index=True, null=True, blank=True)
    name = models.CharField("姓名", max_length=30, blank=True)
    nickname = models.CharField("昵称", max_length=30, blank=True)
    display = models.CharField(
        max_length=10, choices=Display.choices, blank=True, help_text="first choice of pledge forms"
    )
    donor_kind = models.CharField(max_length=16, choices=DonorKind.choices, blank=True)
    occupation = models.CharField(max_length=16, choices=Occupation.choices, blank=True)
    work_county = models.ForeignKey(
        "accounts.Region",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="public employees only",
    )
    referral_code = models.CharField(max_length=12, unique=True, null=True, blank=True)
    referred_by = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    is_active = models.BooleanField(default=True)
    auth_epoch = models.PositiveIntegerField(default=0, help_text="raising it ends every session")
    created_at = models.DateTimeField(default=now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "phone_index"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        """The printed name: own name, nickname, else the masked phone."""
        return self.name or self.nickname or (self.phone.masked if self.phone else f"用户{self.pk}")

    def get_session_auth_hash(self) -> str:
        """Sessions live only while `auth_epoch` stands still."""
        return salted_hmac("fupin.session", f"{self.pk}:{self.auth_epoch}", algorithm="sha256").hexdigest()

    def same_person(self, other: "User") -> bool:
        """True for the same account, or two accounts with the same ID number (DESIGN 5: by person)."""
        return self.pk == other.pk or (self.id_index is not None and self.id_index == other.id_index)
