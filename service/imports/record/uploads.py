"""What people choose for an import before it runs: from the upload to the second yes (R16, R19-R21, R23, R24)."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from service.imports.columns.choices import Choices, clean_choices, clean_tags, import_hash
from service.imports.columns.column_choice import ColumnChoice, map_as_wanted
from service.imports.columns.column_map import ColumnMap
from service.imports.columns.identity_file import COLUMNS
from service.imports.columns.mapping import map_columns
from service.imports.columns.preview import first_rows
from service.imports.columns.template import template
from service.imports.record.cancelling import cancel
from service.imports.record.corrected import rejects_file_of
from service.imports.record.corrections import DELIMITER
from service.imports.record.counts import AppendRejection, rejects_of
from service.imports.record.first_look import FirstLook, ensure_looked, forget_look, look_anew
from service.imports.record.folder import ImportFolder, IncomingFile
from service.imports.record.orphans import remove_orphans
from service.imports.record.unconfirmed import forget_unconfirmed
from service.imports.record.upload_faults import AlreadyImported, EncodingNeeded, NothingCorrected
from service.imports.registry.lifecycle import ImportState, ImportStep, after
from service.imports.registry.registry import Import, Registry
from service.imports.registry.remembered import choices_of
from service.imports.table.dialect import shape
from service.imports.table.limits import Limits
from service.imports.table.refusal import FileRefused

_NO_COLUMNS = ColumnMap(())
_OPTIONS_KEPT = (
    *("country_code", "mode", "match", "fill", "blank", "null_values"),
    *("relaxed_names", "clean_phones"),
)
"""Those that say what becomes of rows, and not how the file is read, or what needs a yes each time."""


@dataclass(frozen=True, slots=True)
class UploadPorts:
    """`clock` is microseconds since the epoch, `stated()` what an import that is confirmed now is stated for (R4).

    `new_id` makes UUIDv7 texts.

    `known_attributes()`: existing custom attributes and their types. `default_country_code` is the proposal for a file
    without any (R10). `rejections(import id)`: the rows that the append rejected.
    """

    clock: Callable[[], int]
    stated: Callable[[], int]
    new_id: Callable[[], str]
    known_attributes: Callable[[], Mapping[str, str]]
    default_country_code: str
    rejections: Callable[[str], Iterable[AppendRejection]]


class Uploads:
    """Imports that are being prepared. Each command takes its step, or raises StepNotAllowed, ImportUnknown.

    `folder` holds a folder for each import. What is changed voids the check; nothing is published here.
    """

    def __init__(self, folder: Path, registry: Registry, ports: UploadPorts, limits: Limits) -> None:
        self._folder = folder
        self._registry = registry
        self._ports = ports
        self._limits = limits

    def receive(self, fill: Callable[[IncomingFile], str], by: str | None = None) -> str:
        """Take in a file: `fill` writes its bytes, and gives its name; `by` names who brings it. Gives the import's id.

        Of those that nobody confirmed the oldest are forgotten, where they are too many (R39). A rejects CSV that
        comes back is known as that of its import.

        Raises FileRefused, and what `fill` raises; nothing is kept then.
        """
        return self._take_in(fill, by, Choices(), corrects=None)

    def receive_corrected(self, of: str, lines: Iterator[str], by: str | None = None) -> str:
        """Take in rows of the import `of` that were corrected, with its tags and choices; the new import's id.

        `lines` are those of a CSV with its header. It is mapped, and waits to be checked. Raises NothingCorrected,
        ImportUnknown, FileRefused.
        """
        earlier = self._registry.get(of)
        header = next(lines)
        first = next(lines, None)
        if first is None:
            raise NothingCorrected(of)

        def fill(incoming: IncomingFile) -> str:
            for line in chain((header, first), lines):
                incoming.write(line.encode())
            return f"{earlier.file_name.rpartition('.')[0] or earlier.file_name}, corrected.csv"

        read_so: dict[str, Any] = {"encoding": None, "sheet": None, "delimiter": DELIMITER}
        choices = replace(earlier.choices, allow_opt_in=False, **read_so)
        id = self._take_in(fill, by, choices, corrects=of)
        with self._changing(id, ImportStep.MAPPING) as (folder, one):
            columns = map_columns(self._header(folder, one), choices, self._ports.known_attributes())
            self._registry.take(id, ImportStep.MAPPING, lambda now: _changed(now, choices, columns))
        self.check(id)
        return id

    def _take_in(
        self, fill: Callable[[IncomingFile], str], by: str | None, choices: Choices, *, corrects: str | None
    ) -> str:
        remove_orphans(self._folder, self._registry.with_files(), self._ports.clock())
        folder = ImportFolder(self._folder / self._ports.new_id())
        with folder.held():
            try:
                with folder.receiving(self._limits.bytes) as incoming:
                    name = fill(incoming)
                look = self._look(folder, choices)
                look.keep()
                came, corrects = incoming.copied, corrects or self._corrected_by(folder, look)
                about = (folder.path.name, import_hash(came.sha256, choices), came.sha256, name, choices, _NO_COLUMNS)
                new = Import(*about, None, 0, ImportState.UPLOADED, by=by, bytes=came.size, corrects=corrects)
                self._registry.add(new, again=True)
            except BaseException:
                folder.remove()
                raise
        forget_unconfirmed(self._registry, self._folder, self._ports.clock(), self._limits.bytes)
        return folder.path.name

    def _corrected_by(self, folder: ImportFolder, look: FirstLook) -> str | None:
        """The import whose rejects CSV this is."""
        preview = look.document["preview"]
        if preview is None:
            return None
        headers = [column["column"] for column in preview["proposal"]["columns"]]
        rejects = partial(rejects_of, self._folder, self._ports.rejections)
        return rejects_file_of(folder.source, preview["delimiter"], headers, self._registry, self._folder, rejects)

    @property
    def most_bytes(self) -> int:
        """Of one file."""
        return self._limits.bytes

    def template(self) -> str:
        """A CSV to begin with (R21)."""
        return template(self._ports.known_attributes())

    def map(self, id: str, wanted: Sequence[ColumnChoice]) -> None:
        """Map the columns; those that are not named by their headers. Raises MappingRefused, EncodingNeeded."""
        with self._changing(id, ImportStep.MAPPING) as (folder, one):
            header, known = self._header(folder, one), self._ports.known_attributes()
            choices, columns = map_as_wanted(wanted, header, one.choices, known, lambda: self._sample(folder, one))
            columns = replace(columns, is_sheet=shape(folder.source, one.choices.delimiter).are_rows)
            self._registry.take(id, ImportStep.MAPPING, lambda now: _changed(now, choices, columns))

    def tag(self, id: str, tags: Sequence[str]) -> None:
        """Choose the tags of every row that is taken (R20). Raises FileRefused for what is no tag."""
        cleaned = clean_tags(tags)
        with self._changing(id, ImportStep.TAGS) as (_, one):
            choices = replace(one.choices, tags=cleaned)
            self._registry.take(id, ImportStep.TAGS, lambda now: _changed(now, choices, now.columns))

    def set_options(self, id: str, options: Mapping[str, Any]) -> None:
        """Choose every option anew, by the names of `Choices`.

        Another encoding, delimiter or sheet voids the mapping too. Raises FileRefused.
        """
        with self._changing(id, ImportStep.OPTIONS) as (folder, one):
            choices = clean_choices(replace(one.choices, **options))
            if _reading(choices) != _reading(one.choices):
                self._read_anew(folder, one, replace(choices, maps=(), ignore=()))
                return
            columns = one.columns
            if one.state is not ImportState.UPLOADED:
                columns = map_columns(self._header(folder, one), choices, self._ports.known_attributes())
                columns = replace(columns, is_sheet=one.columns.is_sheet)
            self._registry.take(id, ImportStep.OPTIONS, lambda now: _changed(now, choices, columns))

    def edit(self, edit: Mapping[str, Any], tags: Sequence[str], name: str, by: str | None = None) -> str:
        """Prepare a change of many contacts, and have it checked; its id. `edit` as `Choices` has it, read and clean.

        It is an import without a file: its check freezes the selection. Raises FileRefused for too many tags.
        """
        id = self._ports.new_id()
        choices = Choices(tags=clean_tags(tags), mode="update", match="either", delimiter=",", edit=edit)
        about = hashlib.sha256(id.encode()).hexdigest()  # the same change again is another one
        folder = ImportFolder(self._folder / id)
        with folder.held():
            new = Import(
                id, import_hash(about, choices), about, name, choices, COLUMNS, None, 0, ImportState.MAPPED, by=by
            )
            self._registry.add(replace(new, is_checking=True), again=True)
        return id

    def choose(self, id: str, options: Mapping[str, Any], wanted: Sequence[ColumnChoice]) -> None:
        """Choose options, but none that decides how the file is read, and the mapping: both, or neither.

        Raises FileRefused, MappingRefused, EncodingNeeded.
        """
        with self._changing(id, ImportStep.MAPPING) as (folder, one):
            header, known = self._header(folder, one), self._ports.known_attributes()
            chosen = clean_choices(replace(one.choices, **options))
            choices, columns = map_as_wanted(wanted, header, chosen, known, lambda: self._sample(folder, one))
            columns = replace(columns, is_sheet=shape(folder.source, one.choices.delimiter).are_rows)
            self._registry.take(id, ImportStep.MAPPING, lambda now: _changed(now, choices, columns))

    def choose_as(self, id: str, earlier: str) -> None:
        """Choose mapping and options as the import `earlier` had them, but not its tags. Raises as `choose` does."""
        before = self._registry.get(earlier)
        kept = {name: getattr(before.choices, name) for name in _OPTIONS_KEPT}
        self.choose(id, kept, choices_of(before.columns))

    def known_attributes(self) -> Mapping[str, str]:
        """Custom attributes that contacts have now, and their types."""
        return self._ports.known_attributes()

    def check(self, id: str) -> None:
        """Have the import checked, by whoever does the work; nothing new when it is being checked already."""
        self._registry.take(id, ImportStep.CHECK, lambda one: replace(one, is_checking=True, failure=None))

    def confirm(self, id: str, *, allow_opt_in: bool, again: bool, by: str) -> None:
        """Have the import run (R21), as `by` wants.

        `allow_opt_in` is the second yes, for those whom the check counted (R16).

        Raises AlreadyImported, unless `again`.
        """

        def confirmed(one: Import) -> Import:
            choices = replace(one.choices, allow_opt_in=allow_opt_in)
            hash = import_hash(one.file_sha256, choices)
            earlier = None if again else self._registry.earlier(hash)
            if earlier is not None:
                raise AlreadyImported(earlier.id)
            return replace(one, choices=choices, hash=hash, confirmed_at=self._ports.stated())

        opt_ins = ImportFolder(self._folder / id).load("opt_ins") if allow_opt_in else None
        detail = {"opt_ins": len(opt_ins)} if opt_ins else {}
        self._registry.take(id, ImportStep.CONFIRM, confirmed, by=by, detail=detail)

    def cancel(self, id: str, by: str) -> None:
        """Have the import stop, which `by` wants: at once when it does not run yet, and then its file is removed."""
        cancel(self._registry, self._folder, id, by)

    def _read_anew(self, folder: ImportFolder, one: Import, choices: Choices) -> None:
        found = self._look(folder, choices)
        forget_look(folder)
        self._registry.take(one.id, ImportStep.READ_ANEW, lambda now: _changed(now, choices, _NO_COLUMNS))
        found.keep()

    @contextmanager
    def _changing(self, id: str, step: ImportStep) -> Iterator[tuple[ImportFolder, Import]]:
        folder = ImportFolder(self._folder / id)
        after(id, self._registry.get(id).state, step)
        with folder.chosen():
            one = self._registry.get(id)
            after(id, one.state, step)
            if one.choices.edit is not None:
                raise FileRefused(
                    "A change of many contacts is checked as it was asked for: cancel it, and make another."
                )
            yield folder, one

    def _header(self, folder: ImportFolder, one: Import) -> Sequence[str]:
        ensure_looked(folder, lambda: self._look(folder, one.choices))
        if not folder.source.exists():
            raise EncodingNeeded(one.id)
        return shape(folder.source, one.choices.delimiter).header

    def _sample(self, folder: ImportFolder, one: Import) -> Sequence[Sequence[str]]:
        return first_rows(folder.source, shape(folder.source, one.choices.delimiter))

    def _look(self, folder: ImportFolder, choices: Choices) -> FirstLook:
        return look_anew(folder, choices, self._ports.known_attributes(), self._ports.default_country_code)


def _reading(choices: Choices) -> tuple[str | None, ...]:
    """What decides how the file is read."""
    return choices.encoding, choices.delimiter, choices.sheet


def _changed(one: Import, choices: Choices, columns: ColumnMap) -> Import:
    hash = import_hash(one.file_sha256, choices)
    return replace(
        one,
        choices=choices,
        columns=columns,
        hash=hash,
        rows=0,
        is_checking=False,
        failure=None,
        revision=one.revision + 1,
    )
