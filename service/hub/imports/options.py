"""The options of an import as the form of Match columns has them (R16-R19)."""

from typing import Any

from werkzeug.datastructures import MultiDict

from service.imports.columns.choices import BLANKS, MATCHES, MODES

DELIMITERS = {",": "Commas", ";": "Semicolons", "\t": "Tabs", "|": "Vertical bars"}
"""What parts cells, in words."""


def options_of(form: MultiDict[str, str]) -> dict[str, Any]:
    """The options that a form says, by the names of `Choices`: all but those that decide how the file is read."""

    def one_of(name: str, known: tuple[str, ...]) -> str:
        said = form.get(name, "")
        return said if said in known else known[0]

    code = form.get("country_code", "").strip()
    nothing = [*form.get("null_values", "").split(","), *form.getlist("null_value")]
    return {
        "country_code": code or None,
        "mode": one_of("mode", MODES),
        "match": one_of("match", MATCHES),
        "blank": one_of("blank", BLANKS),
        "fill": "fill" in form,
        "relaxed_names": "relaxed_names" in form,
        "clean_phones": "clean_phones" in form,
        "null_values": tuple(dict.fromkeys(text.strip() for text in nothing if text.strip())),
    }
