"""The page's own files: hashed names are kept for a year, index.html never; every place of the page is index.html."""

from pathlib import Path

from aiohttp import web

from mycrm_common.errors import Kind, MyCRMError

_FOREVER = "public, max-age=31536000, immutable"


def find_page(wished: Path | None) -> Path | None:
    """Return the folder of the built page: the one set, the one carried by the package, or web/dist."""
    here = Path(__file__).resolve()
    candidates = [wished] if wished else [here.parents[1] / "page", *(up / "web/dist" for up in here.parents)]
    return next((folder for folder in candidates if (folder / "index.html").is_file()), None)


def page_routes(folder: Path | None) -> list[web.RouteDef]:
    """Return the routes of the page."""
    if folder is None:
        return []
    root = folder.resolve()

    async def show(request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        path = _file_of(root, name)
        if path is not None and path.name != "index.html":
            kept = _FOREVER if name.startswith("assets/") else "no-cache"
            return web.FileResponse(path, headers={"Cache-Control": kept})
        if name.startswith("assets/"):
            raise MyCRMError("not_found", Kind.NOT_FOUND, request.path)
        return web.FileResponse(root / "index.html", headers={"Cache-Control": "no-cache"})

    return [web.get("/{name:.*}", show)]


def _file_of(root: Path, name: str) -> Path | None:
    """Return the file of that name inside the folder, wherever dots and links may lead."""
    try:
        path = (root / name).resolve()
        return path if path.is_relative_to(root) and path.is_file() else None
    except (OSError, ValueError):
        return None  # No file can be called like that.
