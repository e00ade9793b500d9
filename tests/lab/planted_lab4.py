"""Right and wrong answers to the tasks of lab 4: the mistakes that students really make, each with a part of its hint."""

from textwrap import indent

FAILED = []  # the planted breaks are found by `targeting.skew`, and by a test that is looked for in the terminal

ANSWERS = {
    "4.7": {
        "right": [
            "test_the_log_says_what_was_decided_and_not_about_whom",
            " tests/service/test_serve.py::test_the_log_says_what_was_decided_and_not_about_whom ",
            "FAILED tests/service/test_serve.py::test_the_log_says_what_was_decided_and_not_about_whom - AssertionError",
        ],
        "wrong": [
            ("test_a_defect_is_logged_and_says_nothing_about_the_person", "what the *caller* is told"),
            ("tests/service/test_serve.py", "That is the file"),
            ("record", "where the fault is"),
            ("test_who_objected_is_never_scored", "This test passes, or"),
            ("AssertionError", "starts with FAILED: the word"),
        ],
        "malformed": [(7, "text in quotes")],
    },
}

# 4.1
CUT = "first = books - lots\n"
LOTS = "lot = draw(seed, int(ranked['campaign_id'].iloc[0]), ranked['household_id'])\n"
CHOSEN = "chosen = np.arange(len(ranked)) < first\n"
DRAWN = (
    "drawn = np.zeros(len(ranked), dtype=bool)\ndrawn[first + np.argsort(lot[first:], kind='stable')[:lots]] = True\n"
)
CHANCE = "rest = len(ranked) - first\npropensity = np.where(chosen, 1.0, lots / rest if rest else 0.0)\n"
SEEDED = (
    "generator = np.random.default_rng([seed, int(ranked['campaign_id'].iloc[0])])\n"
    "drawn = np.zeros(len(ranked), dtype=bool)\n"
    "drawn[generator.choice(np.arange(first, len(ranked)), lots, replace=False)] = True\n"
)

# 4.2
MADE = (
    "try:\n    made = pd.read_parquet(target, columns=list(lineage)).iloc[0].to_dict()\n"
    "except Exception as error:\n    raise StageError(f'{target} cannot be read: {error}. Look at it, then --again.') from error\n"
)
NAIVE = "made = pd.read_parquet(target).iloc[0]\n"
DIFFER = "changed = [f'{name} {made[name]} -> {lineage[name]}' for name in lineage if made[name] != lineage[name]]\n"
REFUSE = "if changed:\n    raise StageError(f'{target} was made otherwise: {changed}. Not mailed yet? --again.')\n"

# 4.3
ID = "Id = Annotated[int, Field(strict=True, ge=1, lt=2**53)]\n"
MONEY = "Money = Annotated[Decimal, Field(ge=0, le=100_000, decimal_places=2)]\n"
TIME = "Time = Annotated[AwareDatetime, BeforeValidator(_written_out), Field(ge=EARLIEST, lt=LATEST)]\n"

# 4.4
WANTED = "wanted = [pair for pair in asked if pair[1].household_id not in suppressed]\n"
FOUND = "found = champion.predict(self.online.features(known, wanted)).tolist() if wanted else []\n"
FILL = (
    "answers, place = [], 0\nfor _, household in asked:\n    if household.household_id in suppressed:\n"
    "        answers.append(decide(champion, household.household_id, None))\n    else:\n"
    "        answers.append(decide(champion, household.household_id, found[place]))\n        place += 1\nreturn answers\n"
)
BY_NUMBER = (
    "scores = {pair[1].household_id: score for pair, score in zip(wanted, found)}\n"
    "return [decide(champion, pair[1].household_id, scores.get(pair[1].household_id)) for pair in asked]\n"
)

# 4.5
SIDES = "one = batch.set_index('household_id')\nother = served.set_index('household_id')\n"
EVERYONE = "everyone = sorted(set(one.index) | set(other.index))\n"
BOTH = "both = batch.merge(served, on='household_id', how='outer', suffixes=('', '_served'), indicator=True)\n"
COUNT = "return {name: count for name, count in counts.items() if count}\n"
OUTER = (
    "counts = {}\nfor name in FEATURES:\n    a, b = both[name].astype(object), both[name + '_served'].astype(object)\n"
    "    counts[name] = int(((a != b) | (both['_merge'] != 'both')).sum())\n"
)

# 4.6
FEW = "if rest['requests'] < least or canary['requests'] < least:\n    return WAIT\n"
SHARES = (
    "for name in ('failed', 'mail'):\n    n, m = rest['requests'], canary['requests']\n"
    "    a, b = rest[name] / n, canary[name] / m\n    p = (rest[name] + canary[name]) / (n + m)\n"
)
ERROR = "    error = (p * (1 - p) * (1 / n + 1 / m)) ** 0.5\n"
BEYOND = "    if abs(a - b) > limit * error:\n        return STOP\n"
END = "return GO_ON\n"


def lines(steps: int, *parts: str) -> str:
    """Return the lines of an attempt with the indentation that they have in their file."""
    return indent("".join(parts), " " * 4 * steps)


CODE = {
    "4.1": {
        "right": [
            lines(1, CUT, LOTS, CHOSEN, DRAWN, CHANCE),
            lines(
                1,
                CUT,
                "order = np.arange(len(ranked))\nchosen = order < first\n",
                "pool = ranked.loc[~chosen, 'household_id']\n",
                "lot = draw(seed, int(ranked['campaign_id'].iloc[0]), pool)\n",
                "winners = set(pool.iloc[np.argsort(-lot)[:lots]])\n",  # the highest lots are as good as the lowest
                "drawn = ranked['household_id'].isin(winners).to_numpy() & ~chosen\n",
                "propensity = np.ones(len(ranked))\n",
                "if len(pool):\n    propensity[first:] = lots / len(pool)\n",
            ),
            lines(
                1,
                LOTS,
                "chosen = pd.Series(ranked.index < books - lots)\n",
                "places = pd.Series(lot)[~chosen].rank(method='first')\n",
                "drawn = places.reindex(ranked.index).le(lots)\n",
                "propensity = chosen.astype(float).mask(~chosen, lots / max(1, (~chosen).sum()))\n",
            ),
        ],
        "wrong": [
            (
                lines(1, "first = books\n", LOTS, CHOSEN, DRAWN, CHANCE),
                "come out of the budget, not on top",
            ),
            (
                lines(
                    1,
                    "first = books\n",
                    CHOSEN,
                    "drawn = np.zeros(len(ranked), dtype=bool)\n",
                    "propensity = chosen.astype(float)\n",
                ),
                "nobody is left to be drawn",
            ),
            (
                lines(
                    1, CUT, LOTS, CHOSEN, DRAWN.replace("first + np.argsort(lot[first:]", "np.argsort((lot)"), CHANCE
                ).replace("np.argsort((lot)", "np.argsort(lot"),
                "drawn whom the model has chosen already",
            ),
            (
                lines(1, CUT, LOTS, CHOSEN, DRAWN, "propensity = np.where(chosen | drawn, 1.0, 0.0)\n"),
                "that says what happened",
            ),
            (
                lines(
                    1, CUT, LOTS, CHOSEN, DRAWN, CHANCE.replace("lots / rest if rest else 0.0", "lots / len(ranked)")
                ),
                "divides by all households",
            ),
            (
                lines(
                    1,
                    CUT,
                    LOTS,
                    CHOSEN,
                    DRAWN,
                    CHANCE.replace("lots / rest if rest else 0.0", "lots / max(1, len(ranked) - books)"),
                ),
                "divides by those below the budget",
            ),
            (
                lines(1, CUT, LOTS, CHOSEN, DRAWN, CHANCE.replace("lots / rest if rest else 0.0", "lots / books")),
                "divides by all books",
            ),
            (
                lines(1, CUT, LOTS, CHOSEN, DRAWN, "propensity = np.full(len(ranked), share)\n"),
                "a chance of 1. Yours says 0.4",
            ),
            (
                lines(
                    1, CUT, LOTS, CHOSEN, DRAWN, CHANCE.replace("lots / rest if rest else 0.0", "ranked['probability']")
                ),
                "gives them different chances",
            ),
            (lines(1, CUT, CHOSEN, SEEDED, CHANCE), "would deal new lots to everybody"),
            (
                lines(1, CUT, CHOSEN, SEEDED.replace("[seed, int(ranked['campaign_id'].iloc[0])]", ""), CHANCE),
                "The seed must decide",
            ),
            (
                lines(1, CUT, LOTS.replace("draw(seed", "draw(0"), CHOSEN, DRAWN, CHANCE),
                "Another seed draws the same",
            ),
            (
                lines(1, CUT, LOTS.replace("int(ranked['campaign_id'].iloc[0])", "0"), CHOSEN, DRAWN, CHANCE),
                "Each campaign draws the same",
            ),
            (
                lines(
                    1,
                    CUT,
                    LOTS,
                    CHOSEN,
                    DRAWN.replace("first +", "books +").replace("lot[first:]", "lot[books:]"),
                    CHANCE,
                ),
                "ranks 9 and 10",
            ),
            (
                lines(
                    1,
                    CUT,
                    LOTS,
                    CHOSEN,
                    DRAWN.replace("lot[first:]", "(lot - ranked['probability']).to_numpy()[first:]"),
                    CHANCE,
                ),
                "is then not the chance that they have",
            ),
            (
                lines(1, CUT, LOTS, CHOSEN, DRAWN, CHANCE.replace(" if rest else 0.0", "")),
                "yours divides by 0",
            ),
            (lines(1, CUT, LOTS, CHOSEN, DRAWN), "`propensity` is not there"),
            (
                lines(1, CUT, LOTS, CHOSEN, CHANCE, "drawn = ~chosen & (lot < lots / max(1, rest))\n"),
                "left to chance",
            ),
        ],
    },
    "4.2": {
        "right": [
            lines(1, MADE, DIFFER, REFUSE),
            lines(
                1,
                "import duckdb\n",
                "columns = ', '.join(lineage)\n",
                "try:\n    with duckdb.connect() as db:\n",
                "        found = db.execute(f\"select {columns} from read_parquet('{target.as_posix()}') limit 1\").fetchone()\n",
                "except duckdb.Error as error:\n    raise StageError(f'{target} cannot be read: {error}') from error\n",
                "if found is None:\n    raise StageError(f'{target} is empty. --again writes it anew.')\n",
                "if found != tuple(lineage.values()):\n",
                "    raise StageError(f'{target}: was {dict(zip(lineage, found))}, would be {lineage}. See --again.')\n",
            ),
        ],
        "wrong": [
            (
                lines(1, "raise StageError(f'{target} is there already. --again replaces it.')\n"),
                "must end as the first one did",
            ),
            (lines(1, "return\n"), "only `model_version` differs"),
            (
                lines(1, MADE, DIFFER.replace("for name in lineage if", "for name in ('model_version',) if"), REFUSE),
                "only `run_id` differs",
            ),
            (
                lines(
                    1,
                    MADE,
                    DIFFER.replace("for name in lineage if", "for name in ('model_version', 'run_id') if"),
                    REFUSE,
                ),
                "other data made",
            ),
            (lines(1, MADE, DIFFER, REFUSE.replace("StageError", "ValueError")), "stops it with a ValueError"),
            (
                lines(1, MADE, DIFFER, REFUSE.replace("{changed}", "see the lineage")),
                "Say which entry differs",
            ),
            (lines(1, MADE, DIFFER, REFUSE.replace("--again", "Start again")), "It does not say what to do"),
            (
                lines(1, MADE, DIFFER, "if changed:\n    target.unlink()\n" + indent(REFUSE, "    ")),
                "the old one is gone",
            ),
            (lines(1, MADE, DIFFER, REFUSE.replace("{changed}", "{changed[0]}")), "does not name run_id, data_hash"),
            (
                lines(
                    1,
                    MADE.replace("columns=list(lineage)", "columns=None"),
                    DIFFER.replace("for name in lineage if", "for name in ('model_version', 'run_id', 'data_hash') if"),
                    REFUSE,
                ),
                "which may grow",
            ),
            (lines(1, NAIVE, DIFFER, REFUSE), "A list cut off in the middle stops it"),
            (
                lines(
                    1,
                    "try:\n    made = pd.read_parquet(target)\nexcept Exception as error:\n",
                    "    raise StageError(f'{target} cannot be read: {error}') from error\nmade = made.iloc[0]\n",
                    DIFFER,
                    REFUSE,
                ),
                "An old list without the column run_id stops it",
            ),
            (
                lines(
                    1,
                    "try:\n    made = pd.read_parquet(target, columns=list(lineage))\nexcept Exception as error:\n",
                    "    raise StageError(f'{target} cannot be read: {error}') from error\nmade = made.iloc[0]\n",
                    DIFFER,
                    REFUSE,
                ),
                "A list without a single row stops it",
            ),
            (
                lines(1, "try:\n", indent(NAIVE, "    "), "except Exception:\n    return\n", DIFFER, REFUSE),
                "A list cut off in the middle is replaced",
            ),
        ],
    },
    "4.3": {
        "right": [
            ID + MONEY + TIME,
            "def _cents(amount: Decimal) -> Decimal:\n    if amount != round(amount, 2):\n"
            "        raise ValueError('an amount has whole cents')\n    return amount\n\n\n"
            "Id = Annotated[int, Field(strict=True, gt=0, le=2**53 - 1)]\n"
            "Money = Annotated[Decimal, Field(ge=0, le=100_000, allow_inf_nan=False), AfterValidator(_cents)]\n".replace(
                "AfterValidator", "__import__('pydantic').AfterValidator"
            )
            + TIME,
            "def _moment(value: datetime) -> datetime:\n    if value.tzinfo is None:\n"
            "        raise ValueError('give the offset from UTC')\n    if not EARLIEST <= value < LATEST:\n"
            "        raise ValueError('is outside the years that we serve')\n    return value\n\n\n"
            + ID
            + MONEY
            + "from pydantic import AfterValidator  # noqa: E402\n\n"
            + "Time = Annotated[datetime, BeforeValidator(_written_out), AfterValidator(_moment)]\n",
        ],
        "wrong": [
            (ID.replace("strict=True, ", "") + MONEY + TIME, "a text, is taken for 5"),
            (
                "Id = Annotated[int, BeforeValidator(lambda v: v if not isinstance(v, str) else None), Field(ge=1, lt=2**53)]\n"
                + MONEY
                + TIME,
                "true is taken for household 1",
            ),
            (ID.replace("ge=1, ", "ge=0, ") + MONEY + TIME, "Household 0 is accepted"),
            (ID.replace(", lt=2**53", "") + MONEY + TIME, "take two households for one"),
            (ID + MONEY.replace("ge=0, ", "") + TIME, "below 0 is accepted"),
            (ID + MONEY.replace(", decimal_places=2", "") + TIME, "Half cents"),
            (
                ID + "Money = Annotated[float, Field(ge=0, le=100_000, multiple_of=0.01)]\n" + TIME,
                "Keep Decimal",
            ),
            (ID + MONEY.replace("le=100_000, ", "") + TIME, "cents sent as dollars"),
            (ID + MONEY.replace("ge=0", "gt=0") + TIME, "A line of 0 dollars is refused"),
            (ID + MONEY.replace("ge=0", "strict=True, ge=0") + TIME, "A sound request is refused, for sales_value"),
            (ID + MONEY + TIME.replace("AwareDatetime", "datetime"), "cannot be compared with EARLIEST"),
            (ID + MONEY + TIME.replace("BeforeValidator(_written_out), ", ""), "seconds since 1970, or"),
            (ID + MONEY + TIME.replace(", Field(ge=EARLIEST, lt=LATEST)", ""), "The year 1 is accepted"),
            (ID + MONEY + TIME.replace("lt=LATEST", "le=LATEST"), "from LATEST on"),
            (
                ID + MONEY + TIME.replace("ge=EARLIEST, lt=LATEST", "ge=EARLIEST.date(), lt=LATEST.date()"),
                "the type of its field",
            ),
            (ID + MONEY + TIME.replace("ge=EARLIEST", "gt=EARLIEST"), "EARLIEST itself"),
            (
                ID
                + MONEY
                + "def _zone(value):\n    if not str(value).endswith('Z'):\n        raise ValueError('UTC only')\n    return value\n\n\n"
                + TIME.replace(
                    "BeforeValidator(_written_out), ", "BeforeValidator(_written_out), BeforeValidator(_zone), "
                ),
                "another offset than Z",
            ),
            (
                ID
                + MONEY
                + "def _zone(value):\n    if value.tzinfo is None:\n        raise TypeError('no zone')\n    return value\n\n\n"
                + "from pydantic import AfterValidator  # noqa: E402\n\nTime = Annotated[datetime, BeforeValidator(_written_out), "
                + "AfterValidator(_zone), Field(ge=EARLIEST, lt=LATEST)]\n",
                "with a TypeError (a 500)",
            ),
        ],
    },
    "4.4": {
        "right": [
            lines(2, WANTED, FOUND, FILL),
            lines(
                2,
                "places = [place for place, (_, one) in enumerate(asked) if one.household_id not in suppressed]\n",
                "scores = dict.fromkeys(range(len(asked)))\n",
                "if places:\n    frame = self.online.features(known, [asked[place] for place in places])\n",
                "    scores |= {place: float(p) for place, p in zip(places, champion.predict(frame), strict=True)}\n",
                "return [decide(champion, one.household_id, scores[place]) for place, (_, one) in enumerate(asked)]\n",
            ),
            lines(
                2,
                WANTED,
                "if not wanted:\n    return [decide(champion, pair[1].household_id, None) for pair in asked]\n",
                "found = list(champion.predict(self.online.features(known, wanted)))\n",
                "answers = []\n",
                "for _, household in asked:\n    objected = household.household_id in suppressed\n",
                "    answers.append(decide(champion, household.household_id, None if objected else float(found.pop(0))))\n",
                "return answers\n",
            ),
        ],
        "wrong": [
            (
                lines(
                    2,
                    "found = champion.predict(self.online.features(known, asked)).tolist()\n",
                    "return [decide(champion, pair[1].household_id, None if pair[1].household_id in suppressed else p)\n",
                    "    for pair, p in zip(asked, found)]\n",
                ),
                "features are computed for it all the same",
            ),
            (
                lines(
                    2,
                    WANTED,
                    FOUND,
                    "return [decide(champion, pair[1].household_id, p) for pair, p in zip(wanted, found)]\n",
                ),
                "2 entries for three households",
            ),
            (
                lines(
                    2,
                    WANTED,
                    FOUND,
                    "answers = [decide(champion, pair[1].household_id, p) for pair, p in zip(wanted, found)]\n",
                    "return answers + [decide(champion, n, None) for n in (p[1].household_id for p in asked) if n in suppressed]\n",
                ),
                "Keep the order",
            ),
            (lines(2, WANTED, FOUND.replace(" if wanted else []", ""), FILL), "the service would answer 500"),
            (lines(2, WANTED, FOUND, BY_NUMBER), "for two campaigns"),
            (
                lines(
                    2,
                    WANTED,
                    FOUND,
                    "scores = {(campaign, one.household_id): p for (campaign, one), p in zip(wanted, found)}\n",
                    "return [decide(champion, one.household_id, scores.get((c, one.household_id))) for c, one in asked]\n",
                ),
                "for one campaign, with other purchases",
            ),
            (lines(2, WANTED.replace("suppressed", "self.live.suppressed"), FOUND, FILL), "the list of this moment"),
            (
                lines(2, WANTED, FOUND, FILL.replace("household.household_id, None)", "household.household_id, 0.0)")),
                "`decide` without a probability",
            ),
            (
                lines(
                    2,
                    "return [decide(champion, one.household_id, None if one.household_id in suppressed else\n",
                    "    champion.predict(self.online.features(known, [(c, one)])).tolist()[0]) for c, one in asked]\n",
                ),
                "3 calls of `features`",
            ),
            (lines(2, WANTED, FOUND.replace(".tolist()", ""), FILL), "want plain floats"),
            (
                lines(2, WANTED, FOUND.replace("(known, wanted)", "(known, [one for _, one in wanted])"), FILL),
                "something else than pairs",
            ),
            (
                lines(
                    2,
                    WANTED,
                    FOUND,
                    FILL.replace("        place += 1\n", "").replace("found[place]", "found[len(answers)]"),
                ),
                "runs out of probabilities",
            ),
            (lines(2, WANTED, FOUND, FILL.replace("return answers\n", "")), "returns nothing"),
        ],
    },
    "4.5": {
        "right": [
            lines(1, BOTH, OUTER, COUNT),
            lines(
                1,
                SIDES,
                EVERYONE,
                "counts = dict.fromkeys(FEATURES, 0)\nfor number in everyone:\n    for name in FEATURES:\n",
                "        here = number in one.index and number in other.index\n",
                "        counts[name] += not here or bool(one.at[number, name] != other.at[number, name])\n",
                COUNT,
            ),
            lines(
                1,
                "import numpy as np\n\n",
                SIDES,
                EVERYONE,
                "one, other = one.reindex(everyone), other.reindex(everyone)\ncounts = {}\n",
                "for name in FEATURES:\n    a, b = one[name], other[name]\n",
                "    if name == 'campaign_type':\n        same = a == b\n",
                "    else:\n        same = np.isclose(a.astype(float), b.astype(float), rtol=0, atol=0.001)\n",
                "    counts[name] = int((~same).sum())\n",
                COUNT,
            ),
        ],
        "wrong": [
            (
                lines(1, "counts = {n: int((batch[n].values != served[n].values).sum()) for n in FEATURES}\n", COUNT),
                "with its old index",
            ),
            (
                lines(1, "counts = {n: int((batch[n] != served[n]).sum()) for n in FEATURES}\n", COUNT),
                "stop yours with ValueError",
            ),
            (
                lines(
                    1,
                    "counts = {n: int(abs(batch[n].mean() - served[n].mean()) > 1e-9) for n in FEATURES if n != 'campaign_type'}\n",
                    COUNT,
                ),
                "have each other's spend",
            ),
            (
                lines(
                    1,
                    BOTH.replace("'outer'", "'inner'"),
                    "counts = {n: int((both[n] != both[n + '_served']).sum()) for n in FEATURES}\n",
                    COUNT,
                ),
                "no answer on household 7",
            ),
            (
                lines(1, BOTH.replace("'outer'", "'left'"), OUTER, COUNT),
                "which the batch lacks",
            ),
            (
                lines(1, BOTH, OUTER.replace("in FEATURES", "in FEATURES[:-1]"), COUNT),
                "which is no number",
            ),
            (
                lines(
                    1,
                    BOTH,
                    "counts = {'campaign_type': int((both['campaign_type'] != both['campaign_type_served']).sum())}\n",
                    "for n in FEATURES[:-1]:\n    counts[n] = int(((both[n] - both[n + '_served']).abs() > 0.5).sum())\n",
                    COUNT,
                ),
                "differs by one cent",
            ),
            (
                lines(
                    1,
                    BOTH,
                    "counts = {'campaign_type': int((both['campaign_type'] != both['campaign_type_served']).sum())}\n",
                    "for n in FEATURES[:-1]:\n    counts[n] = int(((both[n] - both[n + '_served']).abs() > 0).sum())\n",
                    COUNT,
                ),
                "no trips at all",
            ),
            (lines(1, BOTH, OUTER, "return counts\n"), "leave them out"),
            (
                lines(1, BOTH, OUTER, "return {name: True for name in counts if counts[name]}\n"),
                "not how many households",
            ),
            (lines(1, BOTH, OUTER, "return [name for name in counts if counts[name]]\n"), "a dict is needed"),
            (
                lines(
                    1,
                    "batch.set_index('household_id', inplace=True)\nserved.set_index('household_id', inplace=True)\n",
                    "return {}\n",
                ),
                "change the frames",
            ),
            (
                lines(
                    1,
                    SIDES,
                    "wrong = one.drop(columns='start_date') != other\nreturn wrong.sum().to_dict()\n",
                ),
                "yours stops with ValueError",
            ),
            (
                lines(1, BOTH, OUTER.replace(".astype(object)", ".astype(str)"), COUNT),
                "another number than 2.0",
            ),
        ],
    },
    "4.6": {
        "right": [
            lines(1, FEW, SHARES, ERROR, BEYOND, END),
            lines(
                1,
                "import numpy as np\n\n",
                "n = np.array([rest['requests'], canary['requests']])\n",
                "if n.min() < least:\n    return WAIT\n",
                "seen = np.array([[rest['failed'], rest['mail']], [canary['failed'], canary['mail']]])\n",
                "p = seen.sum(axis=0) / n.sum()\n",
                "error = np.sqrt(p * (1 - p) * (1 / n).sum())\n",
                "far = np.abs(np.diff(seen / n[:, None], axis=0)[0])\n",
                "return STOP if (far > limit * error).any() else GO_ON\n",
            ),
            lines(
                1,
                FEW,
                SHARES,
                "    if p in (0, 1):\n        continue\n",
                "    z = (b - a) / math.sqrt(p * (1 - p) / n + p * (1 - p) / m)\n",
                "    if z >= limit or z <= -limit:\n        return STOP\n",
                END,
            ),
        ],
        "wrong": [
            (
                lines(
                    1,
                    FEW,
                    "if canary['failed'] < rest['failed'] / 2 or canary['mail'] < rest['mail'] / 2:\n    return STOP\n",
                    END,
                ),
                "Counts of groups of different size",
            ),
            (lines(1, SHARES, ERROR, BEYOND, END), "the first minutes are always the wildest"),
            (
                lines(1, FEW.replace("rest['requests'] < least or ", ""), SHARES, ERROR, BEYOND, END),
                "in *each* group",
            ),
            (lines(1, FEW.replace("< least", "<= least"), SHARES, ERROR, BEYOND, END), "are enough when 50 are needed"),
            (lines(1, FEW.replace("least", "50"), SHARES, ERROR, BEYOND, END), "With `least` 20"),
            (
                lines(
                    1,
                    FEW,
                    SHARES,
                    ERROR,
                    BEYOND.replace("abs(a - b) > limit * error", "abs(a - b) / error > limit"),
                    END,
                ),
                "Nothing has failed anywhere",
            ),
            (
                lines(1, FEW, SHARES.replace("('failed', 'mail')", "('mail',)"), ERROR, BEYOND, END),
                "A fifth of the canary's requests fail",
            ),
            (
                lines(1, FEW, SHARES.replace("('failed', 'mail')", "('failed',)"), ERROR, BEYOND, END),
                "Both shares are watched",
            ),
            (lines(1, FEW, SHARES, ERROR, BEYOND.replace("abs(a - b)", "b - a"), END), "downwards is one too"),
            (
                lines(1, FEW, SHARES, BEYOND.replace("limit * error", "0.05"), END),
                "depends on how many were asked",
            ),
            (
                lines(1, FEW, SHARES, BEYOND.replace("limit * error", "0.12"), END),
                "With many requests small differences count",
            ),
            (
                lines(
                    1,
                    FEW,
                    SHARES,
                    ERROR.replace("p * (1 - p) * (1 / n + 1 / m)", "a * (1 - a) / n + b * (1 - b) / m"),
                    BEYOND,
                    END,
                ),
                "claims that it cannot stray",
            ),
            (
                lines(1, FEW, SHARES, ERROR.replace("(1 / n + 1 / m)", "/ m"), BEYOND, END).replace("* / m", "/ m"),
                "Both groups stray",
            ),
            (
                lines(1, FEW, SHARES, ERROR.replace("p * (1 - p)", "a * (1 - a)"), BEYOND, END),
                "The rest's own share, 0",
            ),
            (
                lines(
                    1, FEW, SHARES.replace("(rest[name] + canary[name]) / (n + m)", "(a + b) / 2"), ERROR, BEYOND, END
                ),
                "the mean of the two shares",
            ),
            (
                lines(1, FEW, SHARES, ERROR, BEYOND.replace("limit *", "2.24 *"), END),
                "difference of 2.7 standard errors goes on",
            ),
            (
                lines(1, FEW, SHARES, ERROR, BEYOND.replace("limit *", "max(2.24, limit) *"), END),
                "not a number of your own",
            ),
            (lines(1, FEW, SHARES, ERROR, BEYOND), "returns nothing in a case"),
            (lines(1, FEW, SHARES, ERROR, BEYOND.replace("STOP", "True"), "return False\n"), "Return one of WAIT"),
        ],
    },
}
