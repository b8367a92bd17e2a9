"""A contact's story for a person: its history and its values' reasons, one block each, narrow enough to read."""

from collections.abc import Iterable, Mapping
from typing import Any

from service.cli.terminal.terminal import console, value_text


def print_history(events: Iterable[Mapping[str, Any]]) -> None:
    """Each event on a line, and under it what it changed, from what to what."""
    for event in events:
        origin = event["source"] if event.get("row") is None else f"{event['source']} row {event['row']}"
        console().print(
            f"[bold]{event['position']}[/]  {event['recorded_at']}  {_plain(event['type'])}  {_plain(origin)}",
            soft_wrap=True,
        )
        for change in event["changes"]:
            _line(change["attribute"], f"{_shown(change['from'])} → {_shown(change['to'])}")
        for one in event.get("said", ()):
            _line(f"{one['attribute']}, {'older' if event.get('older') else 'known already'}", _shown(one["value"]))
        if event.get("event") is not None:
            _line("event", _plain(event["event"]))
        if event.get("by") is not None:
            _line("by", _plain(event["by"]))
        if event.get("reason") is not None:
            _line("reason", _plain(event["reason"]))
        if event.get("skipped"):
            _line("skipped", "by the import's mode")


def print_reasons(values: Mapping[str, Mapping[str, Any]], tags: Iterable[Mapping[str, Any]]) -> None:
    """Each value with the event that set it, and under it those that lost and why; then each tag."""
    for name, reason in values.items():
        console().print(f"[bold]{_plain(name)}[/]  {_shown(reason['value'])}", soft_wrap=True)
        _line("set at", f"{reason['position']}, stated {reason['stated_at']}, by {_plain(reason['source'])}")
        for lost in reason["lost"]:
            _line("lost", f"{_shown(lost['value'])} ({lost['position']}, stated {lost['stated_at']}): {lost['rule']}")
    for tag in tags:
        console().print(f"[bold]tag[/]  {_shown(tag['value'])}", soft_wrap=True)
        _line("added at", f"{tag['position']}, stated {tag['stated_at']}, by {_plain(tag['source'])}")


def _line(name: str, text: str) -> None:
    console().print(f"     {_plain(name)}: {text}", soft_wrap=True)


def _shown(value: object) -> str:
    return _plain(value_text(value))


def _plain(text: object) -> str:
    from rich.markup import escape

    return escape(str(text))
