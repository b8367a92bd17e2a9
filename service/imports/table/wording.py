"""How advice names an option of an import: in the words of the command line, or of a call.

Advice is kept as a template, such as "Name the encoding with {encoding}.", and worded where somebody reads it: what an
import run over HTTP has kept may be shown by a command, and the other way round.
"""

from collections.abc import Mapping

Words = Mapping[str, str]
"""What each option is called, by its name in `Choices`."""

_OPTIONS = (
    *("tag", "map", "ignore", "country_code", "mode", "blank", "relaxed_names", "clean_phones"),
    *("allow_opt_in", "encoding", "delimiter", "sheet", "match", "fill"),
)
OF_COMMAND: Words = {name: f"--{name.replace('_', '-')}" for name in _OPTIONS}
OF_CALL: Words = {
    **{name: f"the option `{name}`" for name in _OPTIONS},
    "tag": "the import's tags",
    "map": "the mapping",
    "ignore": "the mapping",
    "allow_opt_in": "`allow_opt_in` in the confirmation",
}


OF_PAGE: Words = {
    "tag": "the tags of this import",
    "map": "Match columns",
    "ignore": "“Leave out” beside the column",
    "country_code": "the country code under Match columns",
    "mode": "“Who is taken”",
    "blank": "“An empty cell”",
    "relaxed_names": "“Also allow signs in names”",
    "clean_phones": "“Clean phone numbers”",
    "allow_opt_in": "“I have their consent”",
    "encoding": "its encoding",
    "delimiter": "“What stands between two cells”",
    "sheet": "the sheet",
    "match": "“A row finds its person”",
    "fill": "“Fill only what is empty”",
}
"""As the pages for people call them."""


def reworded(told: str, words: Words) -> str:
    """What was told in the words of a call, as its reader is told it."""
    for name, word in OF_CALL.items():
        told = told.replace(word, words[name]) if word != OF_CALL["map"] else told
    return told


def worded(template: str, words: Words) -> str:
    """The advice as a reader is told it; advice that was kept with its words in it is left as it is."""
    return template.format_map(words)
