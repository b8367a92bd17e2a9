import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.events.tags import clean, fold

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=120)


@given(texts)
def test_a_clean_tag_is_its_own_clean_tag(text):
    """R5."""
    try:
        cleaned = clean(text)
    except ValueError:
        return
    assert clean(cleaned) == cleaned
    assert cleaned == " ".join(unicodedata.normalize("NFC", text).split())
    assert 1 <= len(cleaned) <= 100


@given(texts.filter(lambda text: 0 < len("".join(text.split())) <= 30))
def test_spelling_a_tag_in_another_case_or_form_or_spacing_does_not_make_another(text):
    """R5."""
    key = fold(clean(text))
    assert fold(clean(f"  {text}\t")) == key
    assert fold(clean(unicodedata.normalize("NFD", text))) == key
    assert fold(clean(clean(text).casefold())) == key


@given(texts)
def test_a_key_is_its_own_key(text):
    """R5."""
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("a", "b"), [("new customer", "New Customer"), ("STRASSE", "straße"), ("ÉTÉ", "e\u0301te\u0301"), ("a  b", " A b")]
)
def test_tags_compare_without_regard_to_case(a, b):
    """R5."""
    assert fold(clean(a)) == fold(clean(b))


def test_a_tag_keeps_its_spelling():
    """R5."""
    assert clean("  New \u00a0 Customer\n") == "New Customer"


@pytest.mark.parametrize(
    ("tag", "complaint"),
    [
        ("", "blank"),
        (" \t", "blank"),
        ("a" * 101, "101 characters"),
        ("a\0b", "control character"),
        ("a\x7fb", "control character"),
        ("a\ud800", "lone surrogate"),
    ],
)
def test_what_is_no_tag_says_why(tag, complaint):
    """R5."""
    with pytest.raises(ValueError, match=complaint):
        clean(tag)


def test_a_tag_may_have_a_hundred_characters_of_any_script():
    """R5."""
    assert clean("é" * 100) == "é" * 100
    assert clean("दिवाली 🪔") == "दिवाली 🪔"
