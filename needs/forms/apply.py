"""Forms of a household that applies for itself."""

from django import forms

from needs.forms.office import HouseholdFields


class SelfRegisterForm(HouseholdFields):
    consent = forms.BooleanField(label="我读过上面的文字，同意登记，并同意公开求助内容")
    field_order = ("name", "members", "cause", "phone", "consent")
