"""`baloo import events|csv|sql|git|perceval|eventlogging|SOURCE`: history through the same door that live events take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from baloo.cli.common import AsJson, State, as_day, state
from baloo.cli.output import answer, narrate, progress, show_error
from baloo.errors import ExitCode, InputError, UnknownName

if TYPE_CHECKING:
    from baloo.sources.base import Source
    from baloo.worker.importing import Report

__all__ = ["DryRun", "Namespace", "import_all", "register"]


class _Group(typer.core.TyperGroup):
    """The commands here, and one for each installed source, which are looked for where another name is given."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401 - Click's context
        from baloo.sources.installed import sources

        own = super().list_commands(ctx)
        return [*own, *(name for name in sources() if name not in own)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401 - Click's context and command
        found = super().get_command(ctx, cmd_name)
        if found is None:
            from baloo.cli.sources import command_of

            found = command_of(cmd_name)
            if found is None:
                raise UnknownName("source", cmd_name, self.list_commands(ctx))
        return found


_WORTH_A_RATE = 1_000  # events; the rate of fewer tells how long it took to begin

group = typer.Typer(
    no_args_is_help=True, cls=_Group,
    help="Import history: files of events, CSV, git repositories, Perceval's items; live systems by their source.",
)  # fmt: skip

DryRun: TypeAlias = Annotated[bool, typer.Option("--dry-run", help="Judge every event and keep nothing.")]
Namespace: TypeAlias = Annotated[str, typer.Option(help="The namespace, as a push of the same events would name it.")]


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(group, name="import")


@group.command()
def events(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILES...", help="NDJSON or JSON arrays, plain or .gz.")],
    dry_run: DryRun = False,
    namespace: Namespace = "baloo",
    as_json: AsJson = False,
) -> None:
    """Import files of events."""
    from baloo.sources.files import EventsSource

    import_all(state(context), [EventsSource(file) for file in files], namespace=namespace, dry=dry_run, as_json=as_json)


@group.command()
def csv(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A CSV file in UTF-8 with a header.")],
    mapping: Annotated[Path, typer.Option(help="The mapping file: which column is what.")],
    dry_run: DryRun = False,
    namespace: Namespace = "baloo",
    as_json: AsJson = False,
) -> None:
    """Import a CSV file by a mapping."""
    from baloo.sources.csv_file import CsvSource, read_mapping

    source = CsvSource(file, read_mapping(mapping), mapping)
    import_all(state(context), [source], namespace=namespace, dry=dry_run, as_json=as_json)


@group.command()
def sql(
    context: typer.Context,
    mapping: Annotated[Path | None, typer.Argument(help="The mapping file: queries, and which of their columns is what.")] = None,
    url_env: Annotated[str | None, typer.Option(
        help="The environment variable that holds the address, as SQLAlchemy has it; or NAME_FILE names a file.")] = None,
    system: Annotated[str | None, typer.Option(help="Instead of both: a system of the registry whose source is `sql`.")] = None,
    since: Annotated[str | None, typer.Option(help="A value of the watermark to begin at; else the last run's.")] = None,
    dry_run: DryRun = False,
    namespace: Namespace = "baloo",
    as_json: AsJson = False,
) -> None:
    """Import what a relational database has, by queries and a mapping, from where the last run ended."""
    from baloo.registry import load
    from baloo.sources.journal import Journal
    from baloo.sources.relational import read_queries, sql_sources
    from baloo.sources.secret import secret
    from baloo.worker.reading import scheduled, system_for

    now = state(context)
    journal = None if dry_run else Journal(now.workspace.root / "data" / "imports")
    reads: Sequence[Source]
    if mapping is None or url_env is None:
        if mapping is not None or url_env is not None:
            raise InputError("A mapping file and --url-env go together.", remedy="Or name a system of the registry by --system.")
        registry = load(now.workspace.registry)
        found = system_for(registry, "sql", system)
        of = found.id
        reads = scheduled(registry, now.workspace.registry, found, journal, since=since, by="sql")
    else:
        of = str(read_queries(mapping)[0]["system"])
        reads = sql_sources(secret(url_env, "--url-env"), mapping, journal, since=since)
    import_all(now, reads, namespace=namespace, dry=dry_run, as_json=as_json, run=(of, "sql"))


@group.command()
def git(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A git repository, bare or not.")],
    system: Annotated[str, typer.Option(help="The system of the registry that the history belongs to.")],
    url: Annotated[str | None, typer.Option(help="Address under which commits stand; without it the system's `url`.")] = None,
    dry_run: DryRun = False,
    namespace: Namespace = "baloo",
    as_json: AsJson = False,
) -> None:
    """Import the history of a git repository: authors, merges, co-authors, reviewers."""
    from baloo.people.lists import import_mailmap
    from baloo.records import Records
    from baloo.registry import load
    from baloo.sources.git import KINDS, GitSource, read_mailmap
    from baloo.sources.journal import Journal

    now = state(context)
    registry = load(now.workspace.registry)
    if system not in registry.systems:
        raise UnknownName("system", system, registry.systems)
    found = registry.systems[system]
    if not set(KINDS) & set(found.kinds):
        remedy = f"Add some of these to its `kinds`: {', '.join(KINDS)}."
        raise InputError(f"The system `{system}` declares no kind of a git history.", where=found.file, remedy=remedy)
    source = GitSource(path, found, Journal(now.workspace.root / "data" / "imports"), url)
    mailmap = read_mailmap(path)
    import_all(now, [source], namespace=namespace, dry=dry_run, as_json=as_json)
    if not dry_run:
        records = Records.open(now.workspace.records)
        micros = int(now.clock.now().timestamp() * 1_000_000)
        # one that is gone is read as an empty one: what it said joins nobody any more
        done = import_mailmap(records, mailmap or "", f"{system}:{source.name}:.mailmap", who="baloo import git", now=micros)
        records.close()
        if done.lines:
            narrate(f"{done.lines:,} lines of .mailmap stand as evidence of who is who.")


@group.command()
def perceval(
    context: typer.Context,
    files: Annotated[list[str] | None, typer.Argument(
        metavar="FILES...", help="Items of Perceval, one a line, plain or .gz; with --run, its arguments behind a `--`.")] = None,
    system: Annotated[
        str | None, typer.Option(help="The system they belong to, where the registry has no mapping for their backend.")
    ] = None,
    run: Annotated[bool, typer.Option("--run", help="Run Perceval, as the system's file says or with these arguments.")] = False,
    since: Annotated[str | None, typer.Option(
        help="With --run: a day, such as 2024-01-01, to begin at; else it goes on from the last item.")] = None,
    dry_run: DryRun = False,
    namespace: Namespace = "baloo",
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Import what GrimoireLab's Perceval fetched, or fetches now, by the mappings that the registry has for its backends.

    Those for Git, GitHub, GitLab, Bugzilla, Discourse and mailing lists are built in; --system says to which system what they
    make belongs.
    """
    from baloo.registry import load
    from baloo.registry.built_in import perceval_backends
    from baloo.sources.perceval import PercevalSource
    from baloo.worker.reading import perceval_names, system_for

    now = state(context)
    if run:
        _run_perceval(now, files or [], system, since, dry_run=dry_run, namespace=namespace, as_json=as_json)
        return
    if not files:
        raise InputError("Nothing says what to read.", where="FILES", remedy="Name files of items, or run Perceval with --run.")
    registry = load(now.workspace.registry)
    names = {} if system is None else perceval_names(registry, system_for(registry, "perceval", system))
    homeless = set(perceval_backends()) - names.keys() - {name for protocol, name in registry.mappings if protocol == "perceval"}
    sources = [PercevalSource(Path(file), names, homeless) for file in files]
    import_all(now, sources, namespace=namespace, dry=dry_run, as_json=as_json)


def _run_perceval(
    now: State, arguments: Sequence[str], system: str | None, since: str | None, *, dry_run: bool, namespace: str, as_json: bool
) -> None:
    """Run Perceval, with these arguments or with those of the system's file."""
    from baloo.registry import load
    from baloo.sources.journal import Journal
    from baloo.sources.perceval_run import PercevalRun
    from baloo.worker.reading import perceval_names, scheduled, system_for

    registry = load(now.workspace.registry)
    found = system_for(registry, "perceval", system)
    journal = None if dry_run else Journal(now.workspace.root / "data" / "imports")
    day = as_day(since, "--since")
    begin = day.isoformat() if day else None
    if arguments:
        reads: list[Source] = [PercevalRun(arguments, perceval_names(registry, found), journal, since=begin)]
    else:
        reads = scheduled(registry, now.workspace.registry, found, journal, since=begin, by="perceval")
    import_all(now, reads, namespace=namespace, dry=dry_run, as_json=as_json, run=(found.id, "perceval"))


@group.command()
def eventlogging(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILES...", help="Logs, one event a line, plain or .gz.")],
    form: Annotated[str, typer.Option("--format", help="The format of a line, as EventLogging's processor takes it.")] = (
        "%q %{recvFrom}s %{seqId}d %D %o %u"),
    dry_run: DryRun = False,
    namespace: Namespace = "baloo",
    as_json: AsJson = False,
) -> None:
    """Import old logs of EventLogging, by the mappings that the registry has for its schemas."""
    from baloo.sources.log_lines import LogSource

    import_all(state(context), [LogSource(file, form) for file in files], namespace=namespace, dry=dry_run, as_json=as_json)


def import_all(
    now: State, sources: Sequence[Source], *, namespace: str, dry: bool, as_json: bool, run: tuple[str, str] | None = None
) -> None:
    """Import sources and say what became of them. Raises typer.Exit where one could not be read, or all was refused.

    `run` is the system and the source whose run it is, where it is to be noted as one.
    """
    from baloo.ingest.accept import Door
    from baloo.queue.log import LogQueue
    from baloo.registry import load
    from baloo.registry.provider import RegistryProvider
    from baloo.worker.importing import run_import
    from baloo.worker.runs import noted

    workspace = now.workspace
    names = workspace.settings["namespaces"]
    if not any(fnmatchcase(namespace, pattern) for pattern in names):
        raise UnknownName("namespace", namespace, names)
    door = Door(RegistryProvider(workspace.registry, load), now.clock, workspace.settings)
    queue = None if dry else LogQueue(workspace.queue)
    title = sources[0].title if len(sources) == 1 else f"{len(sources)} files"
    try:
        with progress(title, "events") as bar:
            shares: dict[int, float] = {}

            def say(source: Source, share: float, read: int) -> None:
                shares[id(source)] = share
                bar.at(sum(shares.values()) / len(sources), read)

            def do() -> Report:
                return run_import(workspace, door, queue, list(sources), namespace=namespace, say=say)

            report = do() if run is None or dry else noted(workspace, now.clock, *run, "hand", do)
    except InputError as error:
        done: Report | None = getattr(error, "report", None)
        if done is not None and (done.read or done.notes or as_json):
            _tell(done, as_json=as_json)
        show_error(error)
        raise typer.Exit(error.exit_code) from error
    except KeyboardInterrupt:  # the parser turns it into an exit code, without a word
        narrate("baloo: stopped. What was done is kept; started again, it goes on from there.")
        raise
    finally:
        if queue is not None:
            queue.close()
    _tell(report, as_json=as_json)
    if report.refused and not (report.accepted or report.duplicates):
        raise typer.Exit(ExitCode.PROBLEMS)


def _tell(report: Report, *, as_json: bool) -> None:
    for note in report.notes:
        narrate(note)
    for (pointer, reason), count in report.reasons.most_common(10):
        where = report.examples.get((pointer, reason))
        first = f"; first at {where}" if where else ""
        narrate(f"refused {count:,}: {reason} ({pointer or 'the whole event'}{first}) {report.remedies[pointer, reason]}")
    if report.refused and not report.dry:
        narrate("Refused events are kept: see `baloo quarantine list`.")
    would = "would be " if report.dry else ""
    rate = f", {report.read / report.seconds:,.0f} events/s" if report.read >= _WORTH_A_RATE else ""
    resumed = f" Went on from {report.resumed:,}." if report.resumed else ""
    text = (
        f"{report.read:,} read: {report.accepted:,} {would}accepted ({report.revised:,} of them revisions), "
        f"{report.duplicates:,} duplicate, {report.refused:,} {would}refused{rate}.{resumed}"
    )
    data: dict[str, Any] = asdict(report)
    examples, remedies = data.pop("examples"), data.pop("remedies")
    data["reasons"] = [
        {"pointer": of[0], "reason": of[1], "count": n, "first": examples.get(of), "remedy": remedies[of]}
        for of, n in report.reasons.most_common()
    ]
    answer(data, text, as_json=as_json)
