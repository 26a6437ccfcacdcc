"""The description of the API: each route's problems by status, and examples that fit their schemas."""

import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from mycrm_api.http.described_problems import STATUS_OF_CODE
from mycrm_api.http.openapi import describe
from mycrm_api.service import described

DOCUMENT: Any = describe(described())
ERRORS = Path(__file__).resolve().parents[3] / "docs/errors.md"
OPERATIONS = [
    pytest.param(operation, id=operation["operationId"])
    for path in DOCUMENT["paths"].values()
    for operation in path.values()
]


def _fits(example: Any, schema: Any) -> None:
    whole = {**schema, "components": DOCUMENT["components"]}
    jsonschema.Draft202012Validator(whole).validate(example)


def test_every_code_has_the_status_that_the_document_of_errors_says() -> None:
    text = ERRORS.read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `(\w+)` \| (\d{3}) \|", text, re.MULTILINE))

    # Codes of another service's own table stand there without a status.
    assert {code: told.get(code, str(status)) for code, status in STATUS_OF_CODE.items()} == {
        code: str(status) for code, status in STATUS_OF_CODE.items()
    }
    assert [code for code in STATUS_OF_CODE if f"`{code}`" not in text] == []


def test_every_code_of_a_route_is_known() -> None:
    assert {code for route in described() for code in route.problems} <= STATUS_OF_CODE.keys()


def test_every_schema_has_a_name_of_its_own() -> None:
    # Two of one name would be told apart by the names of our modules, which are nobody's business.
    assert [name for name in DOCUMENT["components"]["schemas"] if "__" in name] == []


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_example_fits_its_schema(operation: Any) -> None:
    bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
    for content in (media for body in bodies for media in body.get("content", {}).values()):
        if "example" in content:
            _fits(content["example"], content["schema"])


def test_examples_of_problems_are_problems() -> None:
    for example in DOCUMENT["components"]["examples"].values():
        _fits(example["value"], DOCUMENT["components"]["schemas"]["Problem"])
