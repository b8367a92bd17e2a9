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
