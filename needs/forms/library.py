"""The filter of the library of needs and projects."""

from django import forms

from fupin.lib.forms import CleanForm
from needs.enums import Kind
from needs.library import CAUSES, STATES


class LibraryFilter(CleanForm):
    """`?cause=&kind=&state=`; the place is chosen beside it."""

    cause = forms.ChoiceField(label="致贫原因", required=False, choices=[("", "全部致贫原因"), *CAUSES])
    kind = forms.ChoiceField(label="类别", required=False, choices=[("", "全部类别"), *Kind.choices])
    state = forms.ChoiceField(
        label="状态", required=False, choices=[(code, words) for code, (words, _) in STATES.items()]
    )

    def wanted(self) -> dict[str, str]:
        """The chosen values, as `needs.library.Asked` takes them."""
        return {name: self.cleaned_data[name] for name in ("cause", "kind", "state")}
