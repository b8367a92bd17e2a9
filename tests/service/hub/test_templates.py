"""What every template holds to, so that its forms work with scripts and without."""

import re
from pathlib import Path

import pytest

import service.hub

TEMPLATES = sorted((Path(service.hub.__file__).parent / "templates").rglob("*.html"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_forms_token_hides_none_of_its_members_from_scripts(path):
    """A field called `form` would be what `element.form` gives, and no script could send the form."""
    names = re.findall(r'name="(form|method|action|submit|elements|enctype)"', path.read_text(encoding="utf-8"))
    assert names == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_an_element_for_htmx_carries_the_nonce(path):
    for element in re.findall(r"<[a-z][^<>]*\shx-(?:get|post)=[^<>]*>", path.read_text(encoding="utf-8")):
        assert "hx-nonce" in element


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_somebody_said_is_shown_with_its_marks_as_signs(path):
    """A direction mark that is shown as it is turns what stands around it, even over the end of its element."""
    said = re.findall(r"<bdi[^>]*>(.*?)</bdi>", path.read_text(encoding="utf-8"), re.S)
    shown = [one for text in said for one in re.findall(r"{{(.*?)}}", text)]
    assert [one for one in shown if not re.search(r"\| *(visible|title|person|said|value|phone|origin)\b", one)] == []
