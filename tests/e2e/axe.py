"""Asks axe-core, inside the page, what would keep somebody from using what is shown just now."""

from collections.abc import Sequence
from pathlib import Path

from playwright.async_api import Page

PROGRAM = Path(__file__).resolve().parents[2] / "web/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# A mail has an origin of its own, in which nothing of ours can run; the frame itself is looked at.
ASK = """(kind, values) => axe.run(document, {
    iframes: false, elementRef: false, resultTypes: ['violations'], runOnly: { type: kind, values },
  }).then(({ violations }) => violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}: ${node.target.join(' ')} ${node.any[0]?.message ?? ''}`)))"""
RUN = f"""async ([values, themes]) => {{
  const ask = {ASK}
  const show = (theme) => {{ document.documentElement.dataset.theme = theme }}
  const found = await ask('tag', values)
  for (const theme of themes) {{
    show(theme)
    found.push(...(await ask('rule', ['color-contrast'])).map((one) => `${{theme}}: ${{one}}`))
  }}
  if (themes.length > 0) show('light')
  return found
}}"""


async def violations(page: Page, *, themes: Sequence[str] = ()) -> list[str]:
    """Return what axe finds by all its rules, and what of the contrast in these themes."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(PROGRAM.read_text("utf-8"))
    found: list[str] = await page.evaluate(RUN, [RULES, list(themes)])
    return found
