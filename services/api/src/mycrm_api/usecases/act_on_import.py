"""Apply, undo, cancel or read an import anew: the wish is written down, and a job carries it out."""

from mycrm_api.domain.imports import Act, Import, ImportState, after
from mycrm_api.domain.sheets import Wish
from mycrm_api.ports.imports import Imports
from mycrm_api.usecases.tell_import import put_import
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.work import UnitOfWork


async def act_on_import(
    import_id: int, act: Act, *, by: str, wish: Wish | None = None, imports: Imports, unit: UnitOfWork
) -> Import:
    """Return the import as it stands now; what was asked for before is not done twice."""
    async with unit() as work:
        one = await imports.hold(work, import_id)
        if one is None or one.state is ImportState.UPLOADING:
            raise MyCRMError("import_not_found", Kind.NOT_FOUND, f"there is no import {import_id}")
        state = after(act, one.state)
        if state is one.state:
            return one
        if act is Act.READ:
            layout = (one.wish.then(wish or Wish()), None)
            await put_import(
                work,
                one,
                state=state,
                layout=layout,
                counts={},
                records_read=0,
                rows_made=0,
                imports=imports,
            )
        elif act is Act.UNDO:
            await put_import(work, one, state=state, undone_by=by, imports=imports)
        else:
            await put_import(work, one, state=state, imports=imports)
        changed = await imports.by_id(work, import_id)
        return changed or one
