"""``guide``: shows the steps, writes them to a file, or makes the hand-over page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from eh_connect import inputs as i
from eh_connect.cli.opening import use_saved_choices
from eh_connect.guide_document import GuideResult, WrittenResult, build

if TYPE_CHECKING:
    from eh_connect.cli.session import Session
    from eh_connect.results import Result


def guide(session: Session) -> Result:
    """Run the command: with ``--format html`` it makes the hand-over page, else it gives the steps."""
    from eh_connect.person.hand_over import write_file, write_page

    values = session.values
    values.stop_on_problems()
    form, file = values.require(i.FORMAT), values[i.OUTPUT_FILE]
    local = session.local(values.require(i.PROFILE), writes=form == "html")
    local.load_state()
    use_saved_choices(values, local.state)
    if form == "html":
        with local.lock():
            return write_page(values, local, Path(file) if file else None)
    result = GuideResult(guide=build(values), form=form)
    return WrittenResult(path=str(write_file(Path(file), _text(result)))) if file else result


def _text(result: GuideResult) -> str:
    """The content of the file that ``--output`` names."""
    from eh_connect.person.look import TABLES, Look, render

    if result.form == "json":
        return json.dumps(result.body(), ensure_ascii=False, indent=2) + "\n"
    return render(result.lines(), Look(TABLES if result.form == "text" else None))
