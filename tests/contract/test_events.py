"""What travels stays readable: golden files, public schemas, and who listens to what."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mycrm_common.bus.codec import event_of, unseal
from mycrm_common.bus.topology import FEED_ONLY
from mycrm_common.events import event_types
from mycrm_common.events.registry import Event
from tests.contract.event_examples import EXAMPLES, FOLDER, golden_file, travelled
from tests.support.events import sealed, some_event
from tests.support.public_events import public_schema

ROOT = Path(__file__).parents[2]
BY_TYPE = [pytest.param(service, event, id=event.event_type) for service, event in EXAMPLES]


def test_every_event_has_an_example_and_a_golden_file_and_no_file_is_left_over() -> None:
    assert {event.event_type for _, event in EXAMPLES} == set(event_types())
    assert {path.name for path in FOLDER.iterdir()} == {f"{name}.json" for name in event_types()}


@pytest.mark.parametrize(("service", "event"), BY_TYPE)
def test_an_event_travels_in_the_same_bytes_as_ever(service: str, event: Event) -> None:
    assert golden_file(event.event_type).read_bytes() == travelled(service, event).encode()


@pytest.mark.parametrize(("service", "event"), BY_TYPE)
def test_the_golden_bytes_are_read_as_the_event(service: str, event: Event) -> None:
    envelope = unseal(golden_file(event.event_type).read_bytes())

    assert event_of(envelope) == event
    assert (envelope.type, envelope.subject) == (event.event_type, event.subject)
    assert envelope.source == f"/mycrm/{service}"


@pytest.mark.parametrize("event_type", sorted(event_types()))
def test_the_example_in_the_schema_is_the_golden_file_and_fits(event_type: str) -> None:
    schema = public_schema(event_type)
    jsonschema.Draft7Validator.check_schema(schema)

    assert schema["examples"] == [json.loads(golden_file(event_type).read_bytes())]
    jsonschema.validate(schema["examples"][0], schema, cls=jsonschema.Draft7Validator)


@given(some_event())
@settings(deadline=None)
def test_whatever_an_event_holds_fits_its_public_schema(event: Event) -> None:
    said = json.loads(sealed(event).body)

    jsonschema.validate(said, public_schema(event.event_type), cls=jsonschema.Draft7Validator)


@given(some_event(), st.data())
@settings(deadline=None)
def test_a_field_that_is_missing_or_of_another_type_does_not_fit(event: Event, data: st.DataObject) -> None:
    said, schema = json.loads(sealed(event).body), public_schema(event.event_type)
    name = data.draw(st.sampled_from(schema["properties"]["data"]["required"]))

    for change in ({}, {name: {"an": "object"}}):
        said["data"] = {key: value for key, value in said["data"].items() if key != name} | change
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(said, schema, cls=jsonschema.Draft7Validator)


def test_the_asyncapi_document_speaks_of_every_event() -> None:
    spoken = yaml.safe_load((ROOT / "docs/events/asyncapi.yaml").read_text(encoding="utf-8"))

    assert {channel["address"] for channel in spoken["channels"].values()} == set(event_types())
    for message in spoken["components"]["messages"].values():
        assert (ROOT / "docs/events" / message["payload"]["schema"]["$ref"]).is_file()


def test_the_documents_are_fresh() -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "tools.generate_events", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.returncode == 0, checked.stdout


def test_each_event_is_listened_to_or_is_told_for_the_feed_alone() -> None:
    names = {cls.__name__: cls.event_type for cls in event_types().values()}
    listened = {
        names[name.id]
        for path in ROOT.glob("services/*/src/*/service.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Subscription"
        for keyword in call.keywords
        if keyword.arg == "events" and isinstance(keyword.value, ast.Tuple)
        for name in keyword.value.elts
        if isinstance(name, ast.Name)
    }

    assert listened
    assert listened | FEED_ONLY == set(event_types())
    assert not listened & FEED_ONLY
