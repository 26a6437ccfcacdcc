"""/docs: the description as one page of HTML that needs no network and no script.

The usual renderers are one to three megabytes of script, want inline styles that our content policy refuses, and show
no more than what stands here. So the page is written from the document itself; what is long is folded.
"""

import json
from collections import defaultdict
from html import escape
from typing import Any

STYLE = """
:root { color-scheme: light dark; --line: #8884; --quiet: #8881; --mark: #2563eb; }
* { box-sizing: border-box; }
body { margin: 0; font: 15px/1.5 system-ui, "PingFang SC", "Microsoft YaHei", sans-serif; display: flex; }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; flex: 0 0 19rem; padding: 1rem;
  border-right: 1px solid var(--line); }
nav a { display: block; padding: .1rem 0; color: inherit; text-decoration: none; font-size: 13px;
  overflow-wrap: anywhere; }
nav a:hover, nav a:focus-visible { text-decoration: underline; }
nav h2 { font-size: 14px; margin: 1rem 0 .2rem; }
main { flex: 1; min-width: 0; max-width: 60rem; padding: 1rem 2rem 6rem; }
article { border-top: 1px solid var(--line); padding: 1rem 0; scroll-margin-top: 1rem; }
article h3 { margin: 0; font-size: 16px; overflow-wrap: anywhere; }
article p { margin: .3rem 0; }
.verb { display: inline-block; min-width: 4.2em; color: var(--mark); }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; font-size: 14px; }
th, td { text-align: left; vertical-align: top; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid var(--line); }
td:first-child { white-space: nowrap; }
pre { background: var(--quiet); padding: .8rem; overflow: auto; font-size: 13px; border-radius: 6px; }
code { font-family: ui-monospace, "SFMono-Regular", Consolas, monospace; font-size: .93em; }
summary { cursor: pointer; }
@media (max-width: 50rem) { body { display: block; } nav { position: static; height: auto; border: 0; }
  main { padding: 1rem; } }
@media print { nav { display: none; } }
"""
_VERBS = ("get", "post", "patch", "put", "delete")


def docs_page(document: dict[str, Any]) -> str:
    """Return the page of a description."""
    title, told = escape(document["info"]["title"]), escape(document["info"]["description"])
    groups: dict[str, list[tuple[str, str, Any]]] = defaultdict(list)
    for path, operations in document["paths"].items():
        for method in _VERBS:
            if method in operations:
                groups[operations[method]["tags"][0]].append((path, method, operations[method]))
    schemas = document["components"]["schemas"]
    links = "".join(_links(tag, groups[tag]) for tag in sorted(groups))
    parts = "".join(_group(tag, groups[tag]) for tag in sorted(groups))
    shapes = "".join(_schema(name, schemas[name]) for name in sorted(schemas))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title} API</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="stylesheet" href="/docs/style.css"></head><body>'
        '<nav aria-label="Addresses"><a href="/openapi.json">openapi.json</a>'
        f'<a href="#schemas">Schemas</a>{links}</nav>'
        f"<main><h1>{title} API {escape(document['info']['version'])}</h1><p>{told}</p>"
        f'{parts}<h2 id="schemas">Schemas</h2>{shapes}</main></body></html>'
    )


def _links(tag: str, operations: list[tuple[str, str, Any]]) -> str:
    links = "".join(
        f'<a href="#{escape(said["operationId"])}">{method.upper()} {escape(path.removeprefix("/api/v1"))}</a>'
        for path, method, said in operations
    )
    return f"<h2>{escape(tag)}</h2>{links}"


def _group(tag: str, operations: list[tuple[str, str, Any]]) -> str:
    return f"<h2>{escape(tag)}</h2>" + "".join(_operation(*one) for one in operations)


def _operation(path: str, method: str, said: Any) -> str:
    body = said.get("requestBody", {}).get("content", {})
    answers = "".join(_answer(status, answer) for status, answer in said["responses"].items())
    return (
        f'<article id="{escape(said["operationId"])}"><h3><code><span class="verb">{method.upper()}</span> '
        f"{escape(path)}</code></h3><p>{escape(said['summary'])}</p><p>Role: {escape(said['x-role'])}</p>"
        f"{_parameters(said.get('parameters', []))}{_contents('Body', body)}"
        f"<table><thead><tr><th>Status</th><th>Answer</th></tr></thead><tbody>{answers}</tbody></table></article>"
    )


def _parameters(parameters: list[Any]) -> str:
    if not parameters:
        return ""
    rows = "".join(
        f"<tr><td><code>{escape(one['name'])}</code></td><td>{escape(one['in'])}"
        f"{', required' if one.get('required') else ''}</td><td>{_kind(one['schema'])}</td>"
        f"<td>{escape(one.get('description') or one['schema'].get('description', ''))}</td></tr>"
        for one in parameters
    )
    head = "<tr><th>Name</th><th>In</th><th>Type</th><th>Meaning</th></tr>"
    return f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>"


def _answer(status: str, answer: Any) -> str:
    shown = (
        ""
        if "application/problem+json" in answer.get("content", {})
        else _contents("", answer.get("content", {}))
    )
    return f"<tr><td><code>{escape(status)}</code></td><td>{escape(answer['description'])}{shown}</td></tr>"


def _contents(title: str, content: Any) -> str:
    return "".join(
        f"<details><summary>{title} <code>{escape(media)}</code> {_kind(said.get('schema', {}))}</summary>"
        f"{_json(said['example']) if 'example' in said else ''}</details>"
        for media, said in content.items()
    )


def _schema(name: str, schema: Any) -> str:
    fields = "".join(
        f"<tr><td><code>{escape(field)}</code></td><td>{_kind(said)}</td>"
        f"<td>{escape(said.get('description', ''))}</td></tr>"
        for field, said in schema.get("properties", {}).items()
    )
    table = f"<table><tbody>{fields}</tbody></table>" if fields else _json(schema)
    told = escape(schema.get("description", ""))
    return f'<article id="schema-{escape(name)}"><h3>{escape(name)}</h3><p>{told}</p>{table}</article>'


def _kind(schema: Any) -> str:
    """Return the type of a schema in a few words, as HTML."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#schema-{name}">{name}</a>'
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(_kind(one) for one in choices)
    if "enum" in schema:
        return ", ".join(
            f"<code>{escape(json.dumps(one, ensure_ascii=False))}</code>" for one in schema["enum"]
        )
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    words = [str(schema.get("format") or schema.get("type") or "any")]
    bounds = {"minimum": "from", "maximum": "to", "maxLength": "at most"}
    words += [f"{word} {schema[name]}" for name, word in bounds.items() if name in schema]
    return escape(" ".join(words))


def _json(value: Any) -> str:
    return f"<pre><code>{escape(json.dumps(value, indent=2, ensure_ascii=False))}</code></pre>"
