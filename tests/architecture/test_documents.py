"""What the documents say is what the code has: settings, error codes, events, targets, routes."""

import ast
import re
import subprocess
import sys
import tomllib

import pytest

from mycrm_embedded.services import parts
from tests.architecture.source import ROOT, calls, own_modules, tracked_files

RAISERS = {"MyCRMError", "StartError"}


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _settings() -> dict[str, object]:
    return {
        f"MYCRM_{name.upper()}": field
        for part in parts()
        for name, field in part.settings.model_fields.items()
    }


def _error_codes() -> set[str]:
    raised = {
        call.args[0].value
        for module in own_modules()
        for name, call in calls(module)
        if name in RAISERS and call.args and isinstance(call.args[0], ast.Constant)
    }
    return {str(code) for code in raised}


def _field_codes() -> set[str]:
    codes = {
        keyword.value.value
        for module in own_modules()
        for name, call in calls(module)
        if name == "FieldFault"
        for keyword in call.keywords
        if keyword.arg == "code" and isinstance(keyword.value, ast.Constant)
    }
    from mycrm_api.http import problems

    return {str(code) for code in codes} | set(problems._CODES.values())


@pytest.mark.parametrize("document", ["docs/settings.md", ".env.example"])
def test_every_setting_is_documented(document: str) -> None:
    text = _text(document)

    missing = sorted(name for name in _settings() if not re.search(rf"\b{name}\b", text))

    assert not missing


def test_no_document_names_a_setting_that_does_not_exist() -> None:
    known = set(_settings())
    known |= {f"{name}_FILE" for name in known}

    named = set(re.findall(r"^\|? ?`(MYCRM_[A-Z_]+)`", _text("docs/settings.md"), re.MULTILINE))

    assert named - known == set()


def test_every_setting_says_what_it_is_for() -> None:
    silent = [name for name, field in _settings().items() if not getattr(field, "description", None)]

    assert not silent


def test_every_error_code_is_explained() -> None:
    text = _text("docs/errors.md")

    missing = sorted(code for code in _error_codes() | _field_codes() if f"`{code}`" not in text)

    assert not missing


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_error_that_the_page_can_meet_has_words_in_both_languages(language: str) -> None:
    words = (ROOT / "web/src/i18n" / language / "errors.json").read_text(encoding="utf-8")
    told = {code for code in _error_codes() | _field_codes() if f"`{code}` |" in _text("docs/errors.md")}

    missing = sorted(code for code in told if not re.search(rf"\b{code}\b", words))

    assert not missing


@pytest.mark.parametrize("document", ["README.md", "README.zh-CN.md", "CONTRIBUTING.md"])
def test_the_two_commands_are_named(document: str) -> None:
    assert "make run" in _text(document)
    assert "make test" in _text(document)


def test_every_make_target_is_documented() -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):.*## ", _text("Makefile"), re.MULTILINE))

    assert {target for target in targets if f"`make {target}`" not in _text("CONTRIBUTING.md")} == set()


@pytest.mark.parametrize("generator", ["tools.generate_openapi", "tools.generate_events"])
def test_generated_documents_are_fresh(generator: str) -> None:
    checked = subprocess.run(
        [sys.executable, "-m", generator, "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_lock_holds_what_the_packages_ask_for() -> None:
    asked: set[str] = set()
    for path in [ROOT / "libs/common/pyproject.toml", *ROOT.glob("services/*/pyproject.toml")]:
        project = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
        asked |= {need for need in project["dependencies"] if not need.startswith("mycrm-")}
    listed = {line for line in _text("requirements.in").splitlines() if line and not line.startswith("#")}

    assert asked <= listed
    assert {line.split("=")[0] for line in listed - asked} == {"hatchling>", "editables>"}


def test_no_file_names_a_package_index_or_a_folder_of_one_machine() -> None:
    # Written in pieces so that this file does not name them either.
    hosts = ["py" + "pi.org", "python" + "hosted", "registry." + "npm", "/wor" + "k/", "deb.deb" + "ian"]

    named = [
        f"{path.relative_to(ROOT)}: {host}"
        for path in tracked_files()
        if path.suffix not in {".png", ".ico"}
        for host in hosts
        if host in path.read_text(encoding="utf-8", errors="replace")
    ]

    assert not named


# What the images themselves say, and what is for tests.
_SAID_BY_IMAGES = {
    "MYCRM_DATA_DIR",
    "MYCRM_HEALTH_PORT",
    "MYCRM_HTTP_HOST",
    "MYCRM_HTTP_PORT",
    "MYCRM_WEB_DIR",
    "MYCRM_BACKUP_SQLDUMP_PATH",
    "MYCRM_FAILPOINT",
}


def test_every_setting_reaches_its_container() -> None:
    settings = set(re.findall(r"^\| `(MYCRM_[A-Z_]+)`", _text("docs/settings.md"), re.MULTILINE))
    passed_on = set(re.findall(r"^ +(MYCRM_[A-Z_]+?)(?:_FILE)?:", _text("docker-compose.yml"), re.MULTILINE))
    named = passed_on | {f"{name}_FILE" for name in passed_on}

    assert settings - named == _SAID_BY_IMAGES
