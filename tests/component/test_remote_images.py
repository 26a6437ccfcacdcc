"""Images of a mail that somebody asked to see, fetched from a real HTTPS server."""

import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web

from mycrm_api.adapters.remote_images import MOST_BYTES, MOST_IMAGES, GuardedImages
from tests.support.certificates import Authority
from tests.support.ports import free_port

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40
PNG_DATA = "data:image/png;base64,iVBORw0KGgowMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAw"


@dataclass(kw_only=True)
class Elsewhere:
    """A server that keeps images, and who asked it for what."""

    url: str
    trust: ssl.SSLContext
    asked: list[web.Request] = field(default_factory=list)

    def images(self) -> GuardedImages:
        """Who may ask it, although it is on this machine."""
        return GuardedImages(allow_private=True, trust=self.trust)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer as the path says."""
        self.asked.append(request)
        bodies = {
            "/a.png": PNG,
            "/page.png": b"<html><script>1</script>",
            "/drawing.png": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            "/large.png": PNG + b"0" * MOST_BYTES,
        }
        if request.path.startswith("/to/"):
            return web.Response(status=302, headers={"Location": request.query["where"]})
        if request.path not in bodies:
            return web.Response(status=404, body=PNG)
        return web.Response(body=bodies[request.path], content_type="image/png")


@pytest.fixture
async def elsewhere(authority: Authority, tmp_path: Path) -> AsyncIterator[Elsewhere]:
    certificate = authority.issue(tmp_path)
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(certificate.certificate_file, certificate.key_file)
    port = free_port()
    made = Elsewhere(
        url=f"https://localhost:{port}", trust=ssl.create_default_context(cafile=str(authority.file))
    )
    app = web.Application()
    app.router.add_get("/{path:.*}", made.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, ssl_context=own).start()
    yield made
    await runner.cleanup()


async def test_an_image_comes_back_as_data_and_nothing_is_told_of_who_reads(elsewhere: Elsewhere) -> None:
    url = f"{elsewhere.url}/a.png"

    assert await elsewhere.images().fetch([url, url]) == {url: PNG_DATA}

    (asked,) = elsewhere.asked
    assert not {"Cookie", "Referer", "Origin", "Authorization"} & set(asked.headers)


@pytest.mark.parametrize("path", ["page.png", "drawing.png", "large.png", "gone.png"])
async def test_what_is_no_image_or_too_much_is_left_out(elsewhere: Elsewhere, path: str) -> None:
    assert await elsewhere.images().fetch([f"{elsewhere.url}/{path}"]) == {}
    assert len(elsewhere.asked) == 1


async def test_redirects_are_followed_as_far_as_they_may_lead(elsewhere: Elsewhere) -> None:
    once = f"{elsewhere.url}/to/it?where=/a.png"
    plain = f"{elsewhere.url}/to/it?where={elsewhere.url.replace('https', 'http')}/a.png"
    round_and_round = f"{elsewhere.url}/to/it?where=/to/it%3Fwhere=/to/it"

    assert await elsewhere.images().fetch([once, plain, round_and_round]) == {once: PNG_DATA}


async def test_the_own_network_is_not_asked(elsewhere: Elsewhere) -> None:
    by_number = elsewhere.url.replace("localhost", "127.0.0.1")
    guarded = GuardedImages(allow_private=False, trust=elsewhere.trust)

    assert await guarded.fetch([f"{elsewhere.url}/a.png", f"{by_number}/a.png"]) == {}
    assert elsewhere.asked == []


@pytest.mark.parametrize(
    "url",
    ["http://localhost/a.png", "https://user:word@localhost/a.png", "ftp://localhost/a", "https://[::", "x"],
)
async def test_odd_addresses_are_left_out(elsewhere: Elsewhere, url: str) -> None:
    assert await elsewhere.images().fetch([url]) == {}


async def test_one_mail_fetches_so_many_at_most(elsewhere: Elsewhere) -> None:
    urls = [f"{elsewhere.url}/a.png?{number}" for number in range(MOST_IMAGES + 5)]

    assert len(await elsewhere.images().fetch(urls)) == len(elsewhere.asked) == MOST_IMAGES
