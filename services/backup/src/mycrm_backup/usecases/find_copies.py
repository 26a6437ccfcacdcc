"""Finds what lies where copies are kept, in all folders that the name pattern may mean."""

from mycrm_backup.domain.names import NamePattern
from mycrm_backup.domain.retention import File
from mycrm_backup.ports import Target


async def find_copies(target: Target, *, pattern: NamePattern) -> list[File]:
    """Return every file of every folder on the way; which of them are ours, the pattern knows."""
    begin = pattern.fixed_folder
    depth = len(begin.rstrip("/").split("/")) if begin else 0
    folders = [begin]
    for shape in pattern.folders[depth:]:
        inner = [path for folder in folders for path in (await target.files(folder))[1]]
        folders = [path for path in inner if shape.fullmatch(path.rpartition("/")[2])]
    return [file for folder in folders for file in (await target.files(folder))[0]]
