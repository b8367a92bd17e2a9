"""Which step an import may take in which state, as rules.md and the documents have it: every pair, by hand (R21)."""

import pytest

from service.imports.registry.lifecycle import ImportState, ImportStep, StepNotAllowed, after, allowed

WAYS = """
uploaded:  mapping > mapped, tags > uploaded, options > uploaded, anew > uploaded, cancel > cancelled
mapped:    mapping > mapped, tags > mapped, options > mapped, anew > uploaded, check > mapped, cancel > cancelled,
           find > checked, refuse > mapped
checked:   mapping > mapped, tags > mapped, options > mapped, anew > uploaded, check > mapped, confirm > running,
           cancel > cancelled
running:   cancel > running, publish > published, stop > cancelled, fail > failed
published:
cancelled:
failed:
"""


def ways():
    told = {}
    for line in WAYS.replace("\n           ", " ").strip().splitlines():
        state, steps = line.split(":")
        for way in filter(None, (one.strip() for one in steps.split(","))):
            step, leads_to = way.split(" > ")
            told[ImportState(state), ImportStep.READ_ANEW if step == "anew" else ImportStep(step)] = ImportState(
                leads_to
            )
    return told


@pytest.mark.parametrize("state", ImportState)
@pytest.mark.parametrize("step", ImportStep)
def test_a_step_leads_where_the_table_says_or_is_refused(state, step):
    expected = ways().get((state, step))
    if expected is not None:
        assert after("i1", state, step) is expected
        return
    with pytest.raises(StepNotAllowed):
        after("i1", state, step)


def test_a_refusal_says_the_state_and_what_is_allowed():
    with pytest.raises(StepNotAllowed) as refused:
        after("i1", ImportState.MAPPED, ImportStep.CONFIRM)
    assert str(refused.value) == (
        "Import i1 is mapped and not checked; it cannot be confirmed. Allowed: mapping, tags, options, check, cancel."
    )


def test_nothing_is_allowed_once_all_is_over():
    assert [state for state in ImportState if not allowed(state)] == [
        ImportState.PUBLISHED,
        ImportState.CANCELLED,
        ImportState.FAILED,
    ]
