from accounts.templatetags import ui
from donors.enums import PledgeStatus
from needs.enums import Kind, Status


def test_badges_say_the_words_of_the_vocabularies():
    """The tags stand below the rooms whose words they show, so they repeat them; here they are compared."""
    assert {code: words[0] for code, words in ui.KINDS.items()} == {kind.value: kind.label for kind in Kind}
    states = {state.value: state.label for vocabulary in (Status, PledgeStatus) for state in vocabulary}
    assert {code: words[0] for code, words in ui.STATUSES.items()} == states
