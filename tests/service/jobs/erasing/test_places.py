"""Going through the places: what waits keeps the rest of it waiting only where that is filled from it."""

from service.jobs.erasing.places import ErasedPlace, NotYet, PlaceReceipt, erase_everywhere, is_done


def told(receipt):
    return [(one.place, one.state) for one in receipt if one.place not in ("backups", "downloads")]


def waits():
    raise NotYet("somebody reads it")


def nothing_left():
    return None


def test_what_could_not_be_reached_is_said_and_waits_for_nobody():
    receipt = erase_everywhere([ErasedPlace("bus", lambda: "The topic stays."), ErasedPlace("log", nothing_left)])
    assert told(receipt) == [("bus", "remains"), ("log", "done")]
    assert receipt[0].note == "The topic stays."
    assert is_done(receipt)


def test_a_place_that_waits_leaves_the_others_to_be_done():
    receipt = erase_everywhere([ErasedPlace("imports", waits), ErasedPlace("exports", nothing_left)])
    assert told(receipt) == [("imports", "waiting"), ("exports", "done")]
    assert not is_done(receipt)


def test_what_is_filled_from_a_place_that_waits_is_not_looked_at():
    done = []
    places = [ErasedPlace("state", waits, is_source=True), ErasedPlace("exports", lambda: done.append(1))]
    assert told(erase_everywhere(places)) == [("state", "waiting"), ("exports", "waiting")]
    assert done == []


def test_what_is_done_is_not_done_again():
    done = []
    places = [ErasedPlace("bus", lambda: done.append("bus")), ErasedPlace("imports", lambda: done.append("imports"))]
    before = [PlaceReceipt("bus", "done"), PlaceReceipt("imports", "waiting", "it runs")]
    assert told(erase_everywhere(places, before)) == [("bus", "done"), ("imports", "done")]
    assert done == ["imports"]
