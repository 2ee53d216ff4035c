"""What each problem code means, in one line.

`docs/errors.md` is made from this table and the pairs of files in `tests/errors/`.
"""

from __future__ import annotations

from typing import Final

CODES: Final = {
    # The file
    "too-large": "the file is larger than a registry may be",
    "byte-order-mark": "the file starts with a mark that editors on Windows may add",
    "not-utf8": "the file is in another encoding than UTF-8",
    "control-character": "a character that no text has, often from a damaged copy",
    "empty-file": "there is nothing in the file",
    # YAML
    "bad-yaml": "the text is not YAML",
    "tab": "a tab stands where YAML wants spaces",
    "several-documents": "a line of three dashes starts a second document",
    "too-deep": "lists and mappings are nested deeper than any field is",
    "anchor": "an anchor names a value so that it can be used again; a registry says everything in full",
    "alias": "an alias stands for a value written elsewhere; a registry says everything in full",
    "tag": "a tag asks YAML for a type; a registry types its values itself",
    "duplicate-key": "a key stands twice in one mapping, so one of them would be lost",
    # Keys and values
    "wrong-shape": "a list, a mapping or a text stands where another of these belongs",
    "missing-key": "a field that must be there is not",
    "unknown-key": "a field that the format does not know",
    "bad-id": "a name of an entry is not made of lower-case words and hyphens, or a currency not of capitals",
    "empty-text": "a field is there, but says nothing",
    "empty-list": "a list that needs an entry has none",
    "too-long": "a text is longer than anyone would read",
    "unsafe-character": "a text holds a character that is invisible or turns its neighbours around",
    "unknown-word": "a word is none of those the field can take",
    "bad-word": "a word does not have the form the field asks for",
    "bad-amount": "an amount is not written as one",
    "bad-date": "a date or a span of time is not written as one, or does not exist",
    "bad-percent": "a percentage is not written as one",
    "bad-number": "a number is not written as one, or is out of range",
    "bad-url": "an address is none of the web",
    "unknown-party": "a party is named that the file does not declare",
    "unknown-deal": "a deal is named that the file does not have",
    "unknown-leg": "a leg is named that no deal has",
    "unknown-series": "a loan goes by a market series that the file does not have",
    "unknown-source": "a source is named that neither the deal nor the file declares",
    "unknown-rate": "an amount is in a currency that the file has no rate for",
    # Sources and parties
    "source-place": "a source says not where it is, or says it twice",
    "source-hidden": "a deal's own source has the name of a shared one",
    "unused-source": "a source that nothing cites",
    "name-taken": "two parties answer to the same name",
    "own-parent": "a party belongs to itself, directly or through others",
    "unused-party": "a party that takes part in nothing",
    # Legs
    "self-deal": "a party pays itself",
    "misplaced-field": "a field that another instrument has",
    "not-floating": "a benchmark, or a fixed part, of a loan whose rate does not float",
    "fixed-part": "a fixed part is larger than the loan, or a fixed rate has no such part",
    "stray-collateral": "a value, a ratio or a rank that does not go with what secures the loan",
    "schedule-above-amount": "scheduled payments add up to more than the amount",
    "part-of-itself": "a leg lies inside itself, directly or through others",
    "parts-above-whole": "the parts of a leg add up to more than the leg",
    "no-such-leg": "an event or a dispute speaks of a leg that its deal does not have",
    "which-leg": "an event does not say which leg of several it speaks of",
    # Events
    "no-first-status": "a deal begins in no state",
    "events-out-of-order": "an event stands after one that became known later",
    "status-after-end": "a deal that is over changes its state",
    "event-after-as-of": "an event is later than the day the registry is kept up to",
    "known-before-on": "an event was known before it took effect",
    "no-successor": "a superseded deal does not say by which",
    "stray-successor": "a deal that is not superseded names one that took its place",
    "own-successor": "a deal supersedes itself",
    "paid-above-amount": "more has been paid than was promised",
    "paid-shrinks": "less has been paid than before",
    "repaid-above-loan": "more has been repaid than was lent",
    "repaid-shrinks": "less has been repaid than before",
    "bad-dispute": "a disputed value is not of the kind of the field it disputes",
    # Figures, series and claims
    "figure-value": "a percentage without one, an amount without money, or both",
    "figure-segment": "a segment's figure without its segment, or a segment for the whole party's",
    "figure-undated": "nothing says when a figure became known",
    "readings-out-of-order": "a reading stands after one of a later day",
    "reading-twice": "one source gives two readings of a series for one day",
    "reading-after-as-of": "a reading is later than the day the registry is kept up to",
    "claim-empty": "an asserted claim has nothing to hold it against",
    "claim-broken": "the legs do not add up to an asserted claim",
}

ADVICE: Final = {
    "single-source": "a deal rests on one source only",
    "only-digests": "a deal of $1bn or more rests on pages that relay others, and on nothing better",
    "stale-letter": "nothing has been heard of a letter of intent for nine months",
    "stakes-above-all": "the stakes held in a party add up to more than all of it",
    "two-titles": "one page stands in two places under two titles",
    "near-duplicate": "two deals have the same parties, instrument and amount within a fortnight",
    "known-before-source": "an event or a figure was known before every source of it",
    "known-after-source": "an event or a figure was known later than a source of it",
    "unknown-advice": "a waiver names advice that there is none of",
    "idle-waiver": "a waiver sets aside advice that is not given",
}
