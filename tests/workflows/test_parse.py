import hashlib
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workflows.faults import WorkflowFault
from workflows.model import DetailType, Money, Request, RuleKind, Verb, Workflow
from workflows.parse import parse, parse_bytes, read_workflow

COMMIT = '**Commit:** press "Complete reservation"'


def test_the_shipped_file_means_what_it_says(library):
    path = library / "reserve-table.md"
    workflow = read_workflow(path)
    assert (workflow.name, workflow.title, workflow.account) == ("reserve-table", "Reserve a table", "Signed in as")
    assert workflow.hash == hashlib.sha256(path.read_bytes()).hexdigest()
    assert workflow.sites == ("http://tavola.localhost:8800",)
    assert workflow.limits.total == Money(Decimal(200), "EUR")
    assert workflow.limits.go_expires == 600
    assert workflow.requests.prepare == (Request("POST", "/hold"),)
    assert workflow.requests.commit == (Request("POST", "/reservations"),)
    party = workflow.detail("party_size")
    assert party is not None
    assert (party.type, party.at_least, party.at_most) == (DetailType.COUNT, 1, 20)
    assert [d.name for d in workflow.details if d.optional] == ["area", "cuisine", "budget"]
    assert workflow.warnings == ()
    assert [r.kind for r in workflow.rules] == [
        RuleKind.CONFLICT, RuleKind.BEEN, RuleKind.OPEN_AT, RuleKind.AT_MOST, RuleKind.PREFER,
    ]  # fmt: skip
    assert [s.verb for s in workflow.search] == [Verb.OPEN, Verb.COLLECT, Verb.LOOK_CLOSER]
    assert [s.target for s in workflow.do if s.commit] == ["Complete reservation"]
    assert workflow.check[1].values == ("{choice.name}", "{date}", "{time}", "{party_size}")
    lines = path.read_text("utf-8").split("\n")
    for step in (*workflow.search, *workflow.do, *workflow.check):
        assert lines[step.line - 1].split(" ", 1)[1] == step.text


# One edit of the shipped file each: what is replaced, by what, text of the line to be named, and words of the fault.
EDITS = {
    "unknown key": ("account:", "acount:", "acount:", "Did you mean `account`?"),
    "unknown detail key": ('ask: "For which day?"', 'asks: "For which day?"', "  date: ", "Did you mean `ask`?"),
    "no name": ("name: reserve-table\n", "", "---", "no `name`"),
    "other name": ("name: reserve-table", "name: book-table", "name: book", "the file's own name"),
    "name no slug": ("name: reserve-table", "name: Reserve Table", "name: R", "small letters"),
    "examples no list": ("examples:\n", "examples: {}\nrules:\n", "examples:", "a list of texts"),
    "site with a path": (":8800", ":8800/restaurants", "sites:", "nothing more"),
    "site of another scheme": ("http://tav", "ftp://tav", "sites:", "http://"),
    "unknown type": ("type: time,", "type: tiem,", "  time: ", "Did you mean `time`?"),
    "choice without options": ("cuisine:    {type: text", "cuisine:    {type: choice", "  cuisine:", "choose from"),
    "no question": ('type: date,  ask: "For which day?"', "type: date", "  date: ", "the question"),
    "bounds crossed": ("at_least: 1", "at_least: 21", "  party_size", "no less"),
    "bounds on a text": ('town?",', 'town?", at_most: 3,', "  area:", "for a count only"),
    "number as text": ("at_most: 20", "at_most: many", "  party_size", "a whole number"),
    "detail named choice": ("  area:   ", "  choice: ", "  choice:", "not `choice`"),
    "amount without currency": ("total: 200 EUR", "total: 200", "limits:", "currency"),
    "two currencies": ("code_above: 100 EUR", "code_above: 100 USD", "limits:", "currency of total"),
    "an hour to say Go": ("10 min", "60 min", "limits:", "1 to 30 minutes"),
    "term half declared": ("{total: none}", "{total: }", "terms:", "`none`"),
    "unknown term": ("{total: none}", "{total: none, datte: none}", "terms:", "Did you mean `date`?"),
    "GET declared": ('"POST /hold"', '"GET /hold"', "  prepare:", "POST, PUT"),
    "commit let through before": ('"POST /hold"', '"POST /*"', "  prepare:", "different requests"),
    "search key": ("account:", "search: logged-in\naccount:", "search: ", "signed-in"),
    "YAML": ('"Signed in as"', '"Signed" in as', "account:", "YAML"),
    "key twice": ("account:", "name: x\naccount:", "name: x", "YAML"),
    "unknown word": ('Press "Find times"', 'Prod "Find times"', 'Prod "Find', "a step that starts with"),
    "misspelt word": ('Press "Find times"', 'Prss "Find times"', "Prss", "Did you mean Press?"),
    "another's word": ('Press "Find times"', 'Click "Find times"', "Click", "Did you mean Press?"),
    "no quotes": ('Press "Find times"', "Press Find times", "Press Find", 'Press "…"'),
    "open brace": ('Press "{time}"', 'Press "{time"', '"{time"', "a brace"),
    "unknown placeholder": ("Enter {date}", "Enter {dat}", "Enter {dat}", "Did you mean `date`?"),
    "unknown field of the choice": ("Look for {choice.name}", "Look for {choice.nam}", "{choice.nam}", "{choice.name}"),
    "choice before there is one": ("&q={cuisine}", "&q={choice.name}", "&q=", "only after a Search"),
    "placeholder in a rule": ("open at {time}", "open at {hour}", "{hour}", "declares"),
    "rule on a wrong type": ("open at {time}", "open at {date}", "open at {date}", "a time"),
    "detail never used": ("  area:  ", '  mood: {type: text, ask: "Which?"}\n  area:  ', "  mood:", "never used"),
    "no commit": ("**Commit:** press", "Press", "## Do", "a Do without Commit"),
    "two commits": (f"7. {COMMIT}", f"7. {COMMIT}\n8. **Commit:** press \"Pay\"", 'press "Pay"', "a second Commit"),
    "commit that is no press": (COMMIT, '**Commit:** enter "yes" in "Sure"', "**Commit:**", "the last press"),
    "press after commit": ("8. Keep", '8. Press "OK"\n9. Keep', 'Press "OK"', "after Commit"),
    "undeclared commit": ('  commit:  ["POST /reservations"]', "  #", "**Commit:**", "requests.commit"),
    "commit on what is optional": ("Complete reservation", "{cuisine}", "**Commit:**", "optional"),
    "item unchecked": ("says {choice.name}, ", "says ", "**Commit:**", "term `item`"),
    "date unchecked": ("{date}, {time}, {party_size}, no", "{time}, {party_size}, no", "**Commit:**", "term `date`"),
    "count half checked": ("{party_size}, no", '"{party_size} or so", no', "**Commit:**", "term `party_size`"),
    "no check": ("## Check", "## Afterwards", "**Commit:**", "without a Check"),
    "check that never looks": ("2. Look for {choice.name} on {date} at {time} for {party_size}", "", COMMIT, "a Check"),
    "search collects nothing": ('2. Collect every "article" as a candidate\n', "", "## Search", "collects nothing"),
    "choice without a field": ("Look for {choice.name}", "Look for {choice}", "{choice} on", "a field of the choice"),
    "look closer before collect": ("2. Collect", '2. Look closer at the best 3\n3. Collect', "best 3", "any Collect"),
    "collect outside search": ("2. Look for", '2. Collect every "li"\n3. Look for', 'every "li"', "in Search only"),
    "a day that is none": ('3. Enter {date} in "Date"', '3. Pick {time} in "Date"', "3. Pick", "of the type date"),
    "a word out of place": ("2. Look for", "2. Check that {date}\n3. Look for", "Check that {date}", "in Do only"),
    "kept before it is done": ("2. Choose", '2. Keep "Hall" as hall\n3. Choose', 'Keep "Hall"', "Keep after Commit"),
    "kept before a look": ("2. Collect", '2. Keep "Price" as price\n3. Collect', 'Keep "Price"', "any Look closer"),
    "another site": ('4. Press "Find times"', '4. If it says "x", open http://x.example/', "4. If", "on a listed site"),
    "an entry without a list": ('4. Press "Find times"', '4. Press "{each}"', "4. Press", "`{each}`"),
    "a look that is no check": ("6. Check that", "6. Make sure that", "**Commit:**", "a check of the term"),
    "commit while looking": ("3. Look closer", '3. **Commit:** press "Buy"\n4. Look closer', '"Buy"', "outside Do"),
    "commit while checking": ("2. Look for", '2. **Commit:** press "Buy"\n3. Look for', '"Buy"', "outside Do"),
    "section without a list": ("## Check\n", "## Check\n## Rest\n", "## Check", "without a list"),
    "options for a date": ("type: date, ", "type: date, options: [a],", "  date:", "for a choice or a text only"),
    "foreign site": ("Open /my/reservations", "Open http://tavola.localhost/my", "Open http", "on a listed site"),
    "network path": ("Open /my/reservations", "Open //evil.example/my", "Open //", "on a listed site"),
    "backslash path": ("Open /my/reservations", "Open /\\evil.example", "Open /\\", "on a listed site"),
    "site glued to the choice": ("Open {choice.url}", "Open {choice.url}.evil.example", "Open {ch", "on a listed site"),
    "site in disguise": ("Open /my", "Open http://tavola.localhost:8800@evil.example", "Open http", "on a listed site"),
    "site from a detail": ("Open /my", "Open http://{area}/my", "Open http", "on a listed site"),
    "misspelt section": ("## Rules", "## Ruels", "## Ruels", "## Rules"),
    "section of another level": ("## Rules", "### Rules", "### Rules", "two #"),
    "section twice": ("## Check\n", "## RULES\n- Only it\n\n## Check\n", "## RULES", "a second"),
    "empty section": ("1. Open /my", "Open /my", "Open /my", "without a number"),
    "heading inside a section": ("8. Keep", "### Then\n8. Keep", "### Then", "no headings"),
    "step without number": ("3. Look closer", "\nLook closer", "Look closer", "without a number"),
    "step inside a step": ("8. Keep", "   - Keep", "   - Keep", "one list"),
    "rule outside the list": ("- Prefer what my notes like.", "\nPrefer what my notes like.", "Prefer", "a list item"),
}  # fmt: skip


@pytest.mark.parametrize("edit", EDITS)
def test_each_fault_is_told_with_its_line(edit, shipped, faults):
    old, new, at, word = EDITS[edit]
    text = shipped.replace(old, new, 1)
    assert text != shipped
    found = faults(text)
    told = [f for f in found if word in str(f)]
    assert told, found
    lines = [n for n, line in enumerate(text.split("\n"), 1) if at in line]
    assert told[0].line == lines[0], (told, lines)


def test_the_total_must_be_checked_or_declared_none(shipped, faults):
    text = shipped.replace("terms: {total: none}", "terms: {}").replace(", no charge", "")
    assert [f.seen for f in faults(text)] == ["Commit without a check of the term `total`"]
    for said in ("{choice.price}", "total", "no charge"):
        assert faults(text.replace("{party_size}\n7.", f"{{party_size}}, {said}\n7.")) == []


def test_steps_begin_with_open(shipped, faults):
    text = shipped.replace(
        "1. Open /restaurants?area={area}&date={date}&time={time}&party={party_size}&q={cuisine}\n", ""
    )
    assert [f.expected for f in faults(text)] == ["Open as the first step"]


def test_all_faults_are_told_at_once(shipped, faults):
    text = (
        shipped.replace("account:", "acount:").replace("Enter {date}", "Entr {date}").replace("  commit: ", "  comit: ")
    )
    told = faults(text.replace("says {choice.name},", "says"))
    assert len(told) == 5  # the three words, the commit that is now undeclared, the item that is not checked
    assert [f.line for f in told] == sorted(f.line for f in told)


def test_a_line_told_once_does_not_cause_others(shipped, faults):
    for old, new in (("7. **Commit:** press", "7. **Commit:** prss"), ("6. Check that", "6. Chek that")):
        assert len(faults(shipped.replace(old, new))) == 1


def test_a_message_stays_readable_however_many_faults_there_are(shipped):
    text = shipped.replace("8. Keep", "8. Kep\n" * 300 + "8. Keep")
    with pytest.raises(WorkflowFault, match="has 300 faults") as caught:
        parse(text, "reserve-table.md")
    assert len(caught.value.faults) == 300
    assert str(caught.value).endswith("- and 280 more")


def test_recommending_alone_needs_no_do(shipped, faults):
    text = shipped[: shipped.index("## Do")]
    assert [f.seen for f in faults(text)] == ["`requests.commit` without a Commit"]
    text = text.replace('  commit:  ["POST /reservations"]', '  search:  ["POST /reservations/search"]')
    assert faults(text) == []


def test_rules_alone_are_no_workflow(shipped, faults):
    text = shipped[: shipped.index("## Search")]
    assert "neither Search nor Do" in [f.seen for f in faults(text)]


def test_a_rule_for_a_model_only_is_told(shipped):
    text = shipped.replace("- Prefer what my notes like.", "- Surprise me now and then.")
    workflow = parse(text, "reserve-table.md")
    assert [(w.line, "Surprise me" in w.seen) for w in workflow.warnings] == [(workflow.rules[-1].line, True)]
    assert workflow.rules[-1].kind is RuleKind.FOR_MODEL


def test_line_ends_and_byte_order_mark_do_not_matter(shipped):
    plain = parse(shipped, "reserve-table.md")
    other = parse_bytes(b"\xef\xbb\xbf" + shipped.replace("\n", "\r\n").encode(), "reserve-table.md")
    assert (other.do, other.details, other.rules) == (plain.do, plain.details, plain.rules)
    assert other.hash != plain.hash


@pytest.mark.parametrize(
    ("data", "line"),
    [(b"", 1), (b"# Only prose\n", 1), (b"---\nname: x\n", 1), (b"---\nname: x\n\xff\n---\n", 3), (b"x" * 70_000, 1)],
)
def test_what_is_no_workflow_at_all(data, line):
    with pytest.raises(WorkflowFault) as caught:
        parse_bytes(data, "x.md")
    assert caught.value.faults[0].line == line


ALIASES = "a: &a [x, x]\n" + "".join(f"b{n}: &b{n} [*{'b' + str(n - 1) if n else 'a'}, *a]\n" for n in range(20))
LOOPS = ("a: &a\n  b: *a\n", "details: &d\n  date: *d\n", "terms: &t {total: *t}\n", "examples: &e [*e]\n", ALIASES)


@pytest.mark.parametrize("yaml", LOOPS)
def test_yaml_that_bites_its_tail_is_a_fault(yaml, faults):
    assert faults(f"---\nname: reserve-table\n{yaml}---\n")


def read(text: str) -> Workflow | WorkflowFault:
    try:
        return parse(text, "reserve-table.md")
    except WorkflowFault as fault:
        return fault


@settings(deadline=None, max_examples=150)
@given(st.one_of(st.text(), st.text().map(lambda t: f"---\nname: x\ndescription: d\n{t}\n---\n## Do\n1. {t}\n")))
def test_any_text_is_read_or_refused(text):
    found = read(text)
    if isinstance(found, WorkflowFault):
        assert all(f.line >= 1 and f.seen and f.mend for f in found.faults)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_damage_to_the_shipped_file_is_read_or_refused(shipped, data):
    start = data.draw(st.integers(0, len(shipped)))
    cut = data.draw(st.integers(0, 40))
    put = data.draw(st.text(alphabet=st.sampled_from("{}[]\"“”'*-#:,&!|>\\/ \n1aé\0"), max_size=12))
    text = shipped[:start] + put + shipped[start + cut :]
    found = read(text)
    if isinstance(found, WorkflowFault):
        assert all(1 <= f.line <= text.count("\n") + 1 for f in found.faults)
    else:  # what is still accepted presses once at most, and reads back what it rests on before
        assert len([s for s in found.do if s.commit]) == (1 if found.do else 0)
