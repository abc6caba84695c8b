"""Mail as it is: hidden addresses, lists that send in people's stead, broken times, encodings and files."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path

import pytest
from tests.sources.test_every_source import Run

from baloo.errors import InputError
from baloo.sources.api import Api
from baloo.sources.mbox import RECIPE
from baloo.sources.mbox.archive import _index, _unpacked
from baloo.sources.mbox.mailbox import parse
from baloo.sources.mbox.message import sender, sent
from baloo.worker import reading
from played import playing

PAGES = Path(__file__).parents[2] / "sources" / "mbox" / "pages.json"
BOX = b"From ama@example.org Sat Jun  1 10:00:00 2024\nFrom: ama@example.org\nMessage-ID: <1@x>\n\nWords.\n\n"


@pytest.mark.parametrize(("said", "name", "address"), [
    ("Ama Mensah <ama@example.org>", "Ama Mensah", "ama@example.org"),
    ("ama at example.org (Ama Mensah)", "Ama Mensah", "ama@example.org"),
    ("Ama Mensah <ama (a) example.org>", "Ama Mensah", "ama@example.org"),
    ("Ama Mensah <ama [at] example.org>", "Ama Mensah", "ama@example.org"),
    ("Ama at Marula <ama@example.org>", "Ama at Marula", "ama@example.org"),
    ("=?utf-8?q?Am=C3=A1?= <ama@example.org>", "Amá", "ama@example.org"),
    ("=?x-unknown?q?Ama?= <ama@example.org>", "=?x-unknown?q?Ama?=", "ama@example.org"),
    ("=?utf-8?b?!!!?= <ama@example.org>", "=?utf-8?b?!!!?=", "ama@example.org"),
    ("ama@example.org", None, "ama@example.org"),
    ("Ama Mensah", "Ama Mensah", None),
    ("", None, None),
])  # fmt: skip
def test_who_sent_it(said: str, name: str | None, address: str | None) -> None:
    """Name and address as they were before anybody hid or encoded them."""
    assert sender({"from": said}) == {"name": name, "email": address}


@pytest.mark.parametrize(("headers", "address"), [
    ({"reply-to": "Ama <ama@example.org>"}, "ama@example.org"), ({"x-original-from": "ama@example.org"}, "ama@example.org"),
    ({"reply-to": "crafts@lists.example.org"}, None), ({}, None),
], ids=["reply-to", "original", "the-list-again", "nothing"])  # fmt: skip
def test_a_list_that_sends_in_somebody_s_stead_is_nobody(headers: dict[str, str], address: str | None) -> None:
    """The list's own address is never the person's."""
    found = sender({"from": "Ama Mensah via Crafts <crafts@lists.example.org>"} | headers)

    assert found == {"name": "Ama Mensah", "email": address}


@pytest.mark.parametrize(("date", "unixfrom", "at"), [
    ("Sat, 01 Jun 2024 12:00:00 +0200", "", "2024-06-01T12:00:00+02:00"),
    ("1 Jun 2024 12:00:00 -0000", "", "2024-06-01T12:00:00+00:00"),
    ("a fine day", "From ama at example.org  Sat Jun  1 10:00:00 2024", "2024-06-01T10:00:00+00:00"),
    ("Fri, 01 Jan 1904 12:00:00 +0000", "From ama Sat Jun  1 10:00:00 UTC 2024", "2024-06-01T10:00:00+00:00"),
    ("a fine day", "From ama Sat Jun 41 10:00:00 2024", None),
    ("", "", None),
])  # fmt: skip
def test_when_it_was_sent(date: str, unixfrom: str, at: str | None) -> None:
    """By its own header, else by when it was delivered."""
    assert sent({"date": date, "unixfrom": unixfrom}) == at


def test_a_mailbox_that_is_cut_off_gives_what_stands_before(tmp_path: Path) -> None:
    """Then it says that the file is damaged."""
    file = tmp_path / "2024-June.txt.gz"
    packed = gzip.compress(BOX * 2 + b"".join(b"%d\n" % n for n in range(100_000)))
    file.write_bytes(packed[: len(packed) // 2])
    read = parse(file)

    assert next(read)["message-id"] == "<1@x>"
    with pytest.raises(InputError, match="damaged"):
        list(read)


@pytest.mark.parametrize(("at", "months"), [
    ({}, ["2024-05", "2024-06"]), ({"since": "2024-06-01T00:00:00Z"}, ["2024-06"]),
    ({"since": "2024-05-31T00:00:00Z"}, ["2024-05", "2024-06"]),
], ids=["all", "the-last-month-again", "since-a-day"])  # fmt: skip
def test_the_months_of_an_archive(at: dict[str, str], months: list[str]) -> None:
    """The month in which the last run ended is read again: it may have grown."""
    with playing(PAGES) as player:
        api = Api(f"{player.base}/pipermail/crafts", per_second=1000)

        assert [page.cursor["since"][:7] for page in RECIPE.walk(api, dict(at))] == months  # type: ignore[misc] # it has one
        api.close()


@pytest.mark.parametrize(("at", "days"), [({}, [31, 1, 2]), ({"since": "2024-06-01T00:00:00Z"}, [1, 2])], ids=["all", "since"])
def test_the_months_of_hyperkitty(at: dict[str, str], days: list[int], tmp_path: Path) -> None:
    """Mailman 3: each month that its page names is asked for as a mailbox, of which the list is called as in `List-Id`."""
    here, file = "/archives/list/crafts@lists.example.org/", tmp_path / "pages.json"
    links = [f'<a class="dropdown-item" href="{here}{month}/">' for month in ("2023/12", "2024/5", "2024/6")]
    pages = [{"path": here, "text": f"<html>{''.join(links)}</html>"}]
    for month, end, on in (("2023-12", "2024-01", []), ("2024-05", "2024-06", [31]), ("2024-06", "2024-07", [1, 2])):
        box = b"".join(BOX.replace(b"1@x", b"%d@x" % day) + b"\n\n" for day in on)
        path = f"{here}export/{month}.mbox.gz?start={month}-01&end={end}-01"
        pages.append({"path": path, "base64": base64.b64encode(gzip.compress(box)).decode()})
    file.write_text(json.dumps(pages), "utf-8")
    with playing(file) as player:
        api = Api(f"{player.base}{here}", per_second=1000)
        read = list(RECIPE.walk(api, dict(at)))  # type: ignore[misc] # it has one
        api.close()

    found = [record for page in read for one in page.answers for record in RECIPE.unfold(one, [api.base])]
    assert [one["key"] for one in found] == [f"<{day}@x>" for day in days]
    assert {one["list"] for one in found} == {"crafts.lists.example.org"}
    assert read[-1].cursor == {"since": "2024-06-01T00:00:00Z"}


@pytest.mark.parametrize(("said", "addresses", "called"), [
    ("Weavers <weavers.lists.example.org>", ["https://lists.example.org/pipermail/crafts"], "weavers.lists.example.org"),
    ("", ["https://lists.example.org/pipermail/crafts"], "crafts"),
    ("", ["https://lists.example.org/archives/list/crafts@lists.example.org"], "crafts.lists.example.org"),
    ("", ["https://lists.example.org/pipermail/crafts", "https://lists.example.org/pipermail/weavers"], None), ("", [""], None),
])  # fmt: skip
def test_which_list_it_went_to(said: str, addresses: list[str], called: str | None) -> None:
    """What its header says, else what the one archive of the system is called: also of a file, which the archive gave."""
    (record,) = RECIPE.unfold({"message-id": "<1@x>", "list-id": said}, addresses)

    assert record["list"] == called


def test_a_page_without_months_is_no_archive(tmp_path: Path) -> None:
    """Such as the one of all lists: else nothing would come of it, and nobody be told."""
    (tmp_path / "pages.json").write_text('[{"path": "/", "text": "<html><a href=\\"/archives/\\">Lists</a></html>"}]', "utf-8")
    with playing(tmp_path / "pages.json") as player:
        api = Api(player.base, per_second=1000)
        with pytest.raises(InputError, match="lists no months") as refused:
            list(RECIPE.walk(api, {}))  # type: ignore[misc] # it has one
        api.close()

    assert "LIST@HOST" in str(refused.value.remedy)


@pytest.mark.parametrize("body", [b"<html><a href='2024-", b"\x1f\x8b\x08\x00cut"], ids=["half-a-page", "half-a-month"])
def test_what_came_in_half_is_asked_for_again(body: bytes) -> None:
    """Neither the list of months nor a month is taken for whole."""
    with pytest.raises(ValueError, match="half"):
        (_index if body.startswith(b"<") else _unpacked)(body)


def test_what_is_no_mailbox_is_refused(tmp_path: Path) -> None:
    """A text without a line that begins a message is none."""
    (tmp_path / "letter.txt").write_text("Dear Ama,\n\nFrom here it looks well.\n", "utf-8")

    with pytest.raises(InputError, match="no mailbox"):
        list(parse(tmp_path / "letter.txt"))


def test_a_message_that_nobody_sent_is_reported(tmp_path: Path) -> None:
    """The door refuses it, says why, and takes the others."""
    (tmp_path / "list.mbox").write_bytes(BOX + BOX.replace(b"From: ama@example.org\n", b"From: \n").replace(b"1@x", b"2@x"))
    run = Run("mbox", tmp_path)
    (source,) = reading.read_files(run.registry, "mbox", run.system, [tmp_path / "list.mbox"])

    (chunk,) = source.chunks(0)
    request = run.door.accept(chunk.body, namespace="baloo", sender=None, via="import").request
    assert (len(request.events), [refusal.pointer for refusal in request.refusals]) == (1, ["/actor"])
