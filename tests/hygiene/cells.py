"""Rules for code cells and their outputs: executed, reproducible, short, and free of this machine."""

import ast
import re
from collections.abc import Iterator

from IPython.core.inputtransformer2 import TransformerManager

from tests.hygiene.page import SETUP, Cell, Page, has_image, texts

TAGS = {
    "hide-cell",
    "hide-input",
    "hide-output",
    "nbval-ignore-output",
    "needs-java",
    "quiz",
    "raises-exception",
}
MAGICS = {"writefile"}  # shows a file of the workspace and writes it; nothing else is known on every system
LINES = 15
IGNORED_SHARE = 0.1
SIZE = 1_000_000  # bytes
ALT = 20  # characters
STARTS = {f"subprocess.{name}" for name in ("run", "call", "check_call", "Popen")}
MONEY = re.compile(r"\b(sales_value|retail_disc|coupon_disc|coupon_match_disc)\b")

LOCAL_PATH = re.compile(
    r"/home/\w+|/Users/\w+|/root/\w*|/tmp/\w+|/private/var/|/var/folders/|/mnt/\w+|\b[A-Za-z]:\\+\w+|site-packages/"
)
ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}\b")
BARE_OBJECT = re.compile(r"^(<Axes|<Figure|\[<matplotlib|Text\(\d|<matplotlib)", re.MULTILINE)


def executed_in_order(page: Page) -> Iterator[str]:
    """Stored from a clean kernel, top to bottom: counts 1, 2, 3, … on every code cell.

    nbval compares nothing in a cell without a count, so a notebook that was stripped would pass for ever.
    """
    for expected, cell in enumerate(page.code, start=1):
        if not cell.source.strip():
            yield f"{cell.where} is empty. Delete it."
        elif cell.count is None:
            yield f"{cell.where} was never executed, so nothing compares its output. Run `make execute NB={page.where}`."
        elif cell.count != expected:
            yield f"{cell.where} has count {cell.count}, not {expected}: run out of order. Run `make execute NB={page.where}`."
        else:
            continue
        return  # one message a notebook says it all


def no_failed_output(page: Page) -> Iterator[str]:
    """No stored error, warning or other stderr: strict comparison would be green as long as it fails the same way."""
    for cell in page.code:
        for output in cell.outputs:
            if output.output_type == "error" and "raises-exception" not in cell.tags:
                yield f"{cell.where} has a stored {output.ename}: {output.evalue}. Mend the cell, or tag it raises-exception."
            if output.output_type == "stream" and output.name == "stderr":
                first = output.text.strip().splitlines()[0][:120] if output.text.strip() else ""
                yield f"{cell.where} has stored stderr: {first!r}. Mend its cause, or filter the warning in mldesign."
        if any("UsageError" in text for _, text in texts(cell)):
            yield f"{cell.where} has a stored UsageError: its %magic does not exist. Use Python."


def short_cells(page: Page) -> Iterator[str]:
    """At most 15 lines that are not blank."""
    for cell in page.code:
        lines = sum(1 for line in cell.source.splitlines() if line.strip())
        if lines > LINES:
            yield f"{cell.where} has {lines} lines, the limit is {LINES}. Split it, or move plumbing into mldesign."


def known_tags(page: Page) -> Iterator[str]:
    """Only tags that mean something here; a mistyped tag is silent otherwise. No markers of nbval in comments."""
    for cell in page.cells:
        unknown = sorted(set(cell.tags) - TAGS)
        if unknown:
            yield f"{cell.where} has unknown tags {', '.join(unknown)}. Known: {', '.join(sorted(TAGS))}."
        if cell.kind == "code" and re.search(r"#\s*(NBVAL_|PYTEST_VALIDATE_)", cell.source):
            yield f"{cell.where} steers nbval by a comment. Use a tag, so that it is counted."


def few_ignored(page: Page) -> Iterator[str]:
    """At most one code cell in ten is not compared."""
    ignored = [cell for cell in page.code if "nbval-ignore-output" in cell.tags]
    if len(ignored) > IGNORED_SHARE * len(page.code):
        yield (
            f"{page.where} leaves {len(ignored)} of {len(page.code)} code cells uncompared, at most one in ten may be; "
            f"the first is {ignored[0].where.partition(', ')[2]}. Round the output or commit the measurement."
        )


def no_magics(page: Page) -> Iterator[str]:
    """No `!command`, `%magic` or `name?` but those listed: a failing one is green, and Windows has other commands."""
    call = re.compile(r"get_ipython\(\)\.(system|getoutput|run_line_magic|run_cell_magic)\('([^']*)'")
    for cell in page.code:
        for function, argument in call.findall(TransformerManager().transform_cell(cell.source)):
            if function in ("system", "getoutput"):
                yield f"{cell.where} calls the shell (`!{argument[:40]}`). Use subprocess.run with a list, or a helper."
            elif argument not in MAGICS:
                yield f"{cell.where} uses the magic %{argument}, which is not listed in tests/hygiene/cells.py. Use Python."


def children_captured(page: Page) -> Iterator[str]:
    """A cell captures what a child process writes, and prints it: written directly it can be cut when the cell ends.

    The set-up cell is left out: its child runs on Colab only.
    """
    for cell in page.code:
        calls = [node for node in ast.walk(_tree(cell)) if isinstance(node, ast.Call)]
        for call in calls if cell.source.strip() != SETUP else []:
            name = ast.unparse(call.func)
            given = {keyword.arg for keyword in call.keywords}
            captured = given & {"capture_output", "stdout"} or (None in given and "capture_output" in cell.source)
            if name == "os.system" or (name in STARTS and not captured):
                yield (
                    f"{cell.where} starts a child with {name}, which writes its own output; that can be cut. "
                    "Use subprocess.run with capture_output=True and print what it returns."
                )


def money_as_decimal(page: Page) -> Iterator[str]:
    """SQL in a cell sums money as decimal: the last digits of a sum of doubles depend on the number of threads."""
    for cell in page.code:
        for column in doubles(cell.source):
            yield f"{cell.where} sums {column} as double. Write sum(cast({column} as decimal(12, 2)))."


def doubles(text: str) -> list[str]:
    """Return the columns of money that a text with SQL in it sums without a cast to decimal."""
    found = []
    for call in re.finditer(r"\bsum\s*\(", text, re.IGNORECASE):
        inside, depth = "", 1
        for letter in text[call.end() :]:
            depth += {"(": 1, ")": -1}.get(letter, 0)
            if depth == 0:
                break
            inside += letter
        summed = re.sub(
            r"\bwhen\b.*?\bthen\b", "", inside, flags=re.IGNORECASE | re.DOTALL
        )  # a condition is not summed
        column = MONEY.search(summed)
        if column and "decimal" not in summed.lower():
            found.append(column.group())
    return found


def no_trailing_semicolon(page: Page) -> Iterator[str]:
    """No `;` at the end of a cell: other front ends show the output all the same."""
    for cell in page.code:
        lines = [line for line in cell.source.splitlines() if line.strip() and not line.lstrip().startswith("#")]
        if lines and lines[-1].rstrip().endswith(";"):
            yield f"{cell.where} ends with `;`. Assign the value (`_ = …`) or end in something to see."


def no_local_paths(page: Page) -> Iterator[str]:
    """No absolute path, and so no user's name, in code or outputs; they differ on every machine."""
    for cell in page.code:
        for kind, text in [("code", cell.source), *texts(cell)]:
            found = LOCAL_PATH.search(_without_pictures(text))
            if found:
                yield (
                    f"{cell.where} shows a path of one machine in its {kind}: {found.group()!r}. "
                    "Build paths from mldesign.data.ROOT or the workspace, and print them relative to it."
                )


def no_addresses(page: Page) -> Iterator[str]:
    """No object printed as its address or bare repr: it differs in every run, or says nothing."""
    for cell in page.code:
        for _, text in texts(cell):
            found = ADDRESS.search(_without_pictures(text))
            if found:
                yield f"{cell.where} prints an object's address ({found.group()}). Print what matters of it."
        for output in cell.outputs:
            result = output.get("data", {}).get("text/plain", "") if output.output_type == "execute_result" else ""
            if BARE_OBJECT.search(result):
                yield f"{cell.where} ends in a bare {result.split()[0]}. End it in something to see."


def small_file(page: Page) -> Iterator[str]:
    """A notebook is under 1 MB."""
    size = page.path.stat().st_size
    if size > SIZE:
        yield f"{page.where} has {size / 1e6:.1f} MB, the limit is {SIZE / 1e6:.0f} MB. Show fewer rows or smaller figures."


def images_described(page: Page) -> Iterator[str]:
    """Every picture has alternative text that states the finding, and does not repeat a text of the figure."""
    for cell in page.code:
        if has_image(cell):
            alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
            yield from _judge(cell.where, alt, _strings(cell), 'metadata {"mystnb": {"image": {"alt": "…"}}}')
        for kind, text in texts(cell):
            for tag in re.findall(r"<img\b[^>]*>", text) if kind == "text/html" else []:
                alt = re.search(r'\balt="([^"]*)"', tag)
                yield from _judge(cell.where, alt.group(1) if alt else "", set(), "an alt text")


def _judge(where: str, alt: str, used: set[str], how: str) -> Iterator[str]:
    if len(alt.strip()) < ALT:
        yield f"{where} shows a picture without alternative text of at least {ALT} characters. Add {how} that states the finding."
    elif _letters(alt) in used:
        yield f"{where} has alternative text that repeats a title or label of the figure. Say what one sees in it."


def _strings(cell: Cell) -> set[str]:
    nodes = ast.walk(_tree(cell))
    return {_letters(node.value) for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def _tree(cell: Cell) -> ast.Module:
    """Return the syntax tree of a code cell; an empty one for a cell that is not Python, such as `%%writefile`."""
    try:
        return ast.parse(cell.source)
    except SyntaxError:
        return ast.Module([], [])


def _letters(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().lower()


def figures_with_numbers(page: Page) -> Iterator[str]:
    """Pictures are not compared, so the numbers of each stand as text in its cell or in a neighbouring one."""
    code = page.code
    for position, cell in enumerate(code):
        if has_image(cell) and not any(_says(near) for near in code[max(0, position - 1) : position + 2]):
            yield f"{cell.where} plots numbers that no output states, so nothing verifies them. Print them beside the figure."


def _says(cell: Cell) -> bool:
    """Tell whether a cell has a text output with a number; the repr of a figure does not count."""
    for output in cell.outputs:
        data = output.get("data", {})
        if has_image(Cell("code", "", "", outputs=[output])):
            continue
        text = (
            output.text if output.output_type == "stream" else data.get("text/markdown") or data.get("text/plain", "")
        )
        if re.search(r"\d", text):
            return True
    return False


def _without_pictures(text: str) -> str:
    return re.sub(r"data:image/[a-z+]+;base64,[A-Za-z0-9+/=\s]+", "", text)
