"""What a registry file may say: parties, deals with legs and events, figures, claims, sources.

Every type is frozen and refuses keys it does not know.
Scalars arrive as text, exactly as written, and are typed here.
Field descriptions are the one place where a field is explained:
the JSON Schema, the editor's hover help and `docs/registry.md` are made from them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final, TypeVar
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from aiweb.errors import did_you_mean
from aiweb.values import MONEY_FORMS, SPAN_FORMS, WHEN_FORMS, Money, Span, When, currency, parse_money


class PartyKind(StrEnum):
    """What a party is in this web."""

    LAB = "lab"
    CHIPMAKER = "chipmaker"
    MEMORY = "memory"
    FOUNDRY = "foundry"
    MANUFACTURER = "manufacturer"
    CLOUD = "cloud"
    NEOCLOUD = "neocloud"
    DEVELOPER = "developer"
    CAPITAL = "capital"
    VEHICLE = "vehicle"
    CUSTOMER = "customer"
    STATE = "state"


class Side(StrEnum):
    """Which half of a funding loop an instrument belongs to."""

    FUNDING = "funding"
    SPENDING = "spending"
    NEITHER = "neither"


class Instrument(StrEnum):
    """What a leg promises."""

    EQUITY = "equity"
    LOAN = "loan"
    PURCHASE = "purchase"
    LEASE = "lease"
    LICENCE = "licence"
    REVENUE_SHARE = "revenue-share"
    WARRANT = "warrant"
    IN_KIND = "in-kind"
    GUARANTEE = "guarantee"
    STAKE = "stake"
    ACQUISITION = "acquisition"

    @property
    def side(self) -> Side:
        """Funding, spending, or neither of them."""
        return _SIDES[self]

    @property
    def is_cash(self) -> bool:
        """Whether it moves money; a warrant or a gift in kind moves value only."""
        return self not in {Instrument.WARRANT, Instrument.IN_KIND}


_SIDES: Final = {
    Instrument.EQUITY: Side.FUNDING,
    Instrument.LOAN: Side.FUNDING,
    Instrument.WARRANT: Side.FUNDING,
    Instrument.IN_KIND: Side.FUNDING,
    Instrument.PURCHASE: Side.SPENDING,
    Instrument.LEASE: Side.SPENDING,
    Instrument.LICENCE: Side.SPENDING,
    Instrument.REVENUE_SHARE: Side.SPENDING,
    Instrument.GUARANTEE: Side.NEITHER,
    Instrument.STAKE: Side.NEITHER,
    Instrument.ACQUISITION: Side.NEITHER,
}


class Status(StrEnum):
    """How far a deal has come, or how it ended; `paused` until an event takes it up again."""

    TALKS = "talks"
    PAUSED = "paused"
    LETTER_OF_INTENT = "letter-of-intent"
    ANNOUNCED = "announced"
    SIGNED = "signed"
    CLOSED = "closed"
    COMPLETED = "completed"
    LAPSED = "lapsed"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"

    @property
    def level(self) -> int:
        """Rank among the living states, 1 to 5; 0 for a deal that has ended.

        What is paused counts no more than talks do, however far it had come.
        """
        return _LEVELS.get(self, 0)

    @property
    def is_end(self) -> bool:
        """Whether the deal is over."""
        return not self.level


_LEVELS: Final = {
    Status.TALKS: 1,
    Status.PAUSED: 1,
    Status.LETTER_OF_INTENT: 2,
    Status.ANNOUNCED: 3,
    Status.SIGNED: 4,
    Status.CLOSED: 5,
}


class Basis(StrEnum):
    """Where an amount comes from."""

    CONTRACT = "contract"
    REPORTED = "reported"
    ANALYST = "analyst"
    MARKET = "market"


class Certainty(StrEnum):
    """What a promise hangs on."""

    FIRM = "firm"
    CONDITIONAL = "conditional"
    OPTION = "option"


class Exit(StrEnum):
    """How the payer can leave."""

    NONE = "none"
    CANCELLABLE = "cancellable"
    RENEWAL = "renewal"


class Seniority(StrEnum):
    """Which debts of a borrower are paid before it, and which after it."""

    SECURED = "secured"
    SENIOR = "senior"
    SUBORDINATED = "subordinated"

    @property
    def rank(self) -> int:
        """Rank among a party's debts; the lower is paid first, and trade debts rank with what is senior."""
        return (Seniority.SECURED, Seniority.SENIOR, Seniority.SUBORDINATED).index(self)


class Grade(StrEnum):
    """How close a source is to the fact."""

    FILING = "filing"
    COMPANY = "company"
    PRESS = "press"
    DIGEST = "digest"


class FigureKind(StrEnum):
    """What sort of number a figure is."""

    REPORTED = "reported"
    RUN_RATE = "run-rate"
    GUIDANCE = "guidance"
    FORECAST = "forecast"
    PRESS = "press"
    ANALYST = "analyst"
    MARKET = "market"


class Metric(StrEnum):
    """What a figure measures."""

    REVENUE = "revenue"
    REVENUE_RUN_RATE = "revenue-run-rate"
    OPERATING_INCOME = "operating-income"
    NET_INCOME = "net-income"
    OPERATING_CASH_FLOW = "operating-cash-flow"
    FREE_CASH_FLOW = "free-cash-flow"
    CAPEX = "capex"
    COMPUTE_SPEND = "compute-spend"
    INTEREST = "interest"
    CASH = "cash"
    UNDRAWN_CREDIT = "undrawn-credit"
    DEBT = "debt"
    BACKLOG = "backlog"
    LEASE_COMMITMENTS = "lease-commitments"
    PURCHASE_COMMITMENTS = "purchase-commitments"
    FUNDING_GAP = "funding-gap"
    VALUATION = "valuation"
    MARKET_VALUE = "market-value"
    SHARE_OF_REVENUE = "share-of-revenue"
    SHARE_OF_BACKLOG = "share-of-backlog"
    OWNERSHIP = "ownership"
    SEGMENT_REVENUE = "segment-revenue"
    SEGMENT_OPERATING_INCOME = "segment-operating-income"
    SEGMENT_BACKLOG = "segment-backlog"
    COST_OF_REVENUE = "cost-of-revenue"
    GROSS_MARGIN = "gross-margin"
    RESEARCH_AND_DEVELOPMENT = "research-and-development"
    SALES_AND_MARKETING = "sales-and-marketing"
    STOCK_COMPENSATION = "stock-compensation"
    OPERATING_COSTS = "operating-costs"
    EBITDA = "ebitda"
    FAIR_VALUE_GAIN = "fair-value-gain"
    ASSET_SALES = "asset-sales"
    NET_PROPERTY = "net-property"
    DEFERRED_REVENUE = "deferred-revenue"
    BOOKINGS = "bookings"
    NET_ASSET_VALUE = "net-asset-value"
    ASSETS_UNDER_MANAGEMENT = "assets-under-management"
    LOAN_TO_VALUE = "loan-to-value"
    SHARE_OF_RECEIVABLES = "share-of-receivables"
    REVENUE_SHARE_PAID = "revenue-share-paid"
    SHAREHOLDER_RETURNS = "shareholder-returns"

    @property
    def is_share(self) -> bool:
        """Whether it is somebody's part of a whole: a customer's, or an owner's."""
        return self in _SHARES

    @property
    def is_percent(self) -> bool:
        """Whether it is a percentage, not an amount; every share is one."""
        return self in _SHARES or self in {Metric.GROSS_MARGIN, Metric.LOAN_TO_VALUE}

    @property
    def is_of_segment(self) -> bool:
        """Whether it is that of a segment, and never of the whole party."""
        return self in {Metric.SEGMENT_REVENUE, Metric.SEGMENT_OPERATING_INCOME, Metric.SEGMENT_BACKLOG}


_SHARES: Final = frozenset(
    {Metric.SHARE_OF_REVENUE, Metric.SHARE_OF_BACKLOG, Metric.SHARE_OF_RECEIVABLES, Metric.OWNERSHIP}
)


class Unit(StrEnum):
    """What the readings of a market series count."""

    PERCENT = "percent"
    BASIS_POINTS = "basis-points"
    INDEX = "index"
    USD = "usd"


class Overlap(StrEnum):
    """Whether a cash-flow figure already holds the payments this registry lists."""

    NONE = "none"
    FULL = "full"
    UNKNOWN = "unknown"


class Mode(StrEnum):
    """Whether a claim must hold, or is only what somebody said."""

    ASSERTED = "asserted"
    QUOTED = "quoted"


class DisputedField(StrEnum):
    """What the sources disagree on."""

    AMOUNT = "amount"
    PAYER = "payer"
    PAYEE = "payee"
    DATE = "date"
    STATUS = "status"
    TERM = "term"
    SHARES = "shares"
    PERCENT = "percent"
    VALUATION = "valuation"
    OTHER = "other"


MAX_TEXT: Final = 4000
LARGEST: Final = 10**15
ID_PATTERN: Final = r"^[a-z0-9]+(-[a-z0-9]+)*$"
CURRENCY_PATTERN: Final = r"^[A-Z]{3}$"
_UNSAFE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]"
)
_PERCENT: Final = re.compile(r"-?\d+(\.\d+)?%", re.ASCII)
_COUNT: Final = re.compile(r"(?P<number>\d+(?:,\d{3})*(?:\.\d+)?)(?P<unit>k|m|bn)?", re.ASCII)
_READING: Final = re.compile(r"-?\d+(?:,\d{3})*(?:\.\d+)?", re.ASCII)
_PRICE: Final = re.compile(r"\$\d+(?:,\d{3})*(?:\.\d+)?", re.ASCII)
_E = TypeVar("_E", bound=StrEnum)


def _refuse(code: str, message: str, remedy: str) -> PydanticCustomError:
    """Build an error whose text passes through pydantic's template untouched."""
    return PydanticCustomError(code, "{message}", {"message": message, "remedy": remedy})


def _clean(text: str) -> str:
    found = _UNSAFE.search(text)
    if found:
        raise _refuse(
            "unsafe-character",
            f"character U+{ord(found[0]):04X} is invisible or turns the text around",
            "take it out",
        )
    if not text.strip():
        raise _refuse("empty-text", "this text is empty", "write it, or leave the key out")
    return text


def _scalar(value: object, forms: str) -> str:
    if not isinstance(value, str):
        raise _refuse("wrong-shape", "here stands a list or a mapping", forms)
    return value


def _rate(code: str, info: ValidationInfo) -> Decimal | None:
    """Choose the last rate up to the day of the entry, else the first there is.

    The day is that of the entry itself, or what the file says of the entry around it.
    """
    context = info.context or {}
    rows: Sequence[tuple[date, Decimal]] = context.get("rates", {}).get(code, ())
    own = (info.data or {}).get("on")
    day = own.last if isinstance(own, When) else context.get("day", date.max)
    return next((usd for on, usd in reversed(rows) if on <= day), rows[0][1] if rows else None)


def _money(value: object, info: ValidationInfo) -> Money:
    if isinstance(value, Money):
        return value
    text = _scalar(value, MONEY_FORMS)
    code = currency(text)
    rate = None
    if code != "USD":
        rate = _rate(code, info)
        if rate is None:
            raise _refuse(
                "unknown-rate",
                f"{text!r} is in {code}, and 'rates' has no {code}",
                f"add a dated rate with its source under 'rates: {code}:'",
            )
    try:
        amount = parse_money(text, rate)
    except ValueError as error:
        raise _refuse("bad-amount", str(error), MONEY_FORMS) from None
    if max(abs(amount.low), abs(amount.high)) > LARGEST:
        raise _refuse("bad-amount", f"{text!r} is more money than there is", "write at most $1,000tn")
    return amount


def _money_from_zero(value: object, info: ValidationInfo) -> Money:
    amount = _money(value, info)
    if amount.low < 0:
        raise _refuse("bad-amount", f"{value!r} is below nothing", "turn payer and payee round instead")
    return amount


def _when(value: object) -> When:
    if isinstance(value, When):
        return value
    text = _scalar(value, WHEN_FORMS)
    try:
        return When.parse(text)
    except ValueError as error:
        raise _refuse("bad-date", str(error), WHEN_FORMS) from None


def _span(value: object, info: ValidationInfo) -> Span:
    if isinstance(value, Span):
        return value
    text = _scalar(value, SPAN_FORMS)
    try:
        year_end = (info.context or {}).get("year_end", 12)
        if not year_end and "FY" in text:
            raise _refuse("bad-date", f"{text!r}: whose fiscal year?", "write its months: 2025-06..2026-05")
        return Span.parse(text, year_end or 12)
    except ValueError as error:
        raise _refuse("bad-date", str(error), SPAN_FORMS) from None


def _percent(value: object) -> Decimal:
    if isinstance(value, Decimal):
        return value
    text = _scalar(value, "write a percentage such as 7.5%")
    if not _PERCENT.fullmatch(text):
        raise _refuse("bad-percent", f"{text!r} is no percentage", "write one such as 7.5%")
    return Decimal(text[:-1])


def _number(value: object) -> Decimal:
    if isinstance(value, Decimal):
        return value
    text = _scalar(value, "write a number such as 160m or 1.17")
    found = _COUNT.fullmatch(text)
    if not found:
        raise _refuse("bad-number", f"{text!r} is no number", "write one such as 160m or 1.17")
    power = {None: 0, "k": 3, "m": 6, "bn": 9}[found["unit"]]
    return Decimal(found["number"].replace(",", "")).scaleb(power)


def _positive(value: Decimal) -> Decimal:
    if not value:
        raise _refuse("bad-number", "a rate of nothing", "write US dollars for one unit, such as 1.17")
    return value


def _price(value: object) -> Decimal:
    if isinstance(value, Decimal):
        return value
    text = _scalar(value, "write a price such as $0.01")
    if not _PRICE.fullmatch(text):
        raise _refuse("bad-number", f"{text!r} is no price", "write one such as $0.01")
    return Decimal(text[1:].replace(",", ""))


def _reading(value: object) -> Decimal:
    if isinstance(value, Decimal):
        return value
    text = _scalar(value, "write a bare number such as 4.24 or -0.5")
    if not _READING.fullmatch(text):
        raise _refuse("bad-number", f"{text!r} is no bare number", "write one such as 4.24 or -0.5")
    return Decimal(text.replace(",", ""))


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        good = False
    if not good or re.search(r"[\s<>\"'`\\]", text):
        raise _refuse(
            "bad-url", f"{text!r} is no web address", "write one that starts with https:// or http://"
        )
    return _clean(text)


def _names(value: object) -> object:
    """Let one name stand for a list of one."""
    return [value] if isinstance(value, str) else value


def _known(kind: str, code: str) -> Callable[[str, ValidationInfo], str]:
    """Hold a name against those the file declares; without a file at hand, let it pass."""

    def check(name: str, info: ValidationInfo) -> str:
        known = (info.context or {}).get(kind)
        if known is not None and name not in known:
            noun = {"parties": "party", "deals": "deal", "sources": "source"}.get(kind, kind)
            hint = did_you_mean(name, known) or f"declare it under '{kind}'"
            raise _refuse(code, f"{name!r} is no {noun} of this file", hint)
        return name

    return check


def _known_leg(name: str, info: ValidationInfo) -> str:
    known = (info.context or {}).get("legs")
    if known is not None and name not in known:
        hint = did_you_mean(name, known) or "write the deal's id, a slash and the number of its leg"
        raise _refuse("unknown-leg", f"{name!r} is no leg of this file", hint)
    return name


def _word(kind: type[_E]) -> BeforeValidator:
    """Type an enum's value, with the nearest one when it is none."""
    known = {str(word): word for word in kind}
    forms = f"write one of {', '.join(kind)}"

    def check(value: object) -> object:
        if isinstance(value, kind):
            return value
        text = _scalar(value, forms)
        if text not in known:
            hint = did_you_mean(text, kind) or forms
            raise _refuse("unknown-word", f"{text!r} is no {_spaced(kind.__name__)}", hint)
        return known[text]

    return BeforeValidator(check)


def _flag(value: object) -> object:
    """Take true or false, and none of the other words that YAML 1.1 took for them."""
    if isinstance(value, bool):
        return value
    text = _scalar(value, "write true or false")
    if text not in {"true", "false"}:
        raise _refuse("unknown-word", f"{text!r} is neither true nor false", "write true or false")
    return text == "true"


def _spaced(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", " ", name).lower()


def _schema(noun: str, *examples: str, number: bool = False) -> WithJsonSchema:
    """Describe a scalar for editors, to which one without quotes may be a `number`."""
    kind = ["string", "number"] if number else "string"
    return WithJsonSchema({"type": kind, "$comment": noun, "examples": list(examples)})


_ADDRESS: Final = "https://openai.com/index/announcing-the-stargate-project/"

Text = Annotated[str, Field(max_length=MAX_TEXT), AfterValidator(_clean)]
Url = Annotated[str, Field(max_length=MAX_TEXT), AfterValidator(_url), _schema("a web address", _ADDRESS)]
SignedAmount = Annotated[
    Money, PlainValidator(_money), _schema("an amount", "$100bn", "up to $100bn", "undisclosed")
]
Amount = Annotated[
    Money, PlainValidator(_money_from_zero), _schema("an amount", "$100bn", "up to $100bn", "undisclosed")
]
Day = Annotated[When, PlainValidator(_when), _schema("a date", "2025-09-22", "2025-Q3", number=True)]
Period = Annotated[
    Span, PlainValidator(_span), _schema("a span of time", "2027..2031", "FY2026", number=True)
]
Percent = Annotated[Decimal, PlainValidator(_percent), _schema("a percentage", "7.5%")]
Number = Annotated[Decimal, PlainValidator(_number), _schema("a number", "160m", "1.17", number=True)]
BareNumber = Annotated[
    Decimal, PlainValidator(_reading), _schema("a bare number", "4.24", "-0.5", number=True)
]
Flag = Annotated[bool, BeforeValidator(_flag)]
Price = Annotated[Decimal, PlainValidator(_price), _schema("a price in US dollars", "$0.01")]
PartyId = Annotated[
    str, AfterValidator(_known("parties", "unknown-party")), _schema("the id of a party", "openai")
]
DealId = Annotated[
    str,
    AfterValidator(_known("deals", "unknown-deal")),
    _schema("the id of a deal", "nvidia-openai-equity-2026"),
]
LegId = Annotated[str, AfterValidator(_known_leg), _schema("the id of a leg", "nvidia-openai-equity-2026/1")]
LegIds = Annotated[
    tuple[LegId, ...],
    BeforeValidator(_names),
    Field(min_length=1),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string"},
                {"type": "array", "items": {"type": "string"}, "minItems": 1},
            ],
            "$comment": "the id of a leg, or a list of ids",
            "examples": ["nvidia-openai-equity-2026/1"],
        }
    ),
]
SeriesId = Annotated[
    str, AfterValidator(_known("series", "unknown-series")), _schema("the id of a series", "sofr")
]
SourceName = Annotated[str, AfterValidator(_known("sources", "unknown-source"))]
SourceNames = Annotated[
    tuple[SourceName, ...],
    BeforeValidator(_names),
    Field(min_length=1),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string"},
                {"type": "array", "items": {"type": "string"}, "minItems": 1},
            ],
            "$comment": "the name of a source, or a list of names",
            "examples": ["release", ["filing", "release"]],
        }
    ),
]
LegNumber = Annotated[int, Field(ge=1)]


class _Entry(BaseModel):
    """An entry of the file: frozen, and closed to keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Source(_Entry):
    """Where a statement can be looked up."""

    title: Text | None = Field(
        None,
        description="The page's own title, where it has one.",
        examples=["OpenAI and NVIDIA announce strategic partnership"],
    )
    publisher: Text = Field(
        description="Who published it, and whom it relays if it is a digest.", examples=["NVIDIA"]
    )
    date: Day | None = Field(None, description="When it was published, as precisely as it says.")
    url: Url | None = Field(None, description="Its address: http or https.")
    offline: Text | None = Field(
        None,
        description="Where to find it when it has no address; one of `url` and `offline`.",
        examples=["Financial Times, 7 October 2025, page 9"],
    )
    grade: Annotated[Grade, _word(Grade)] = Field(
        description="filing · company · press (a named newspaper or agency) · digest (relays others)."
    )


class Party(_Entry):
    """A company, fund, vehicle, syndicate or state."""

    name: Text = Field(description="The name people use, in English.", examples=["NVIDIA"])
    zh: Text = Field(
        description="The Chinese name; the English one where none is in use.", examples=["英伟达"]
    )
    kind: Annotated[PartyKind, _word(PartyKind)] = Field(description="What it is in this web.")
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = Field(
        None, description="ISO 3166 code of its seat.", examples=["US"]
    )
    ticker: Text | None = Field(None, description="Stock ticker.", examples=["NVDA"])
    also: tuple[Text, ...] = Field(
        (), description="Other names it is found under.", examples=[["OpenAI Group PBC"]]
    )
    parent: PartyId | None = Field(None, description="The party it belongs to.")
    members: tuple[PartyId, ...] = Field((), description="Parties that make up a syndicate.")
    outside: Flag = Field(
        False,
        description="true for a party that stands for many (bondholders, unnamed investors): "
        "it carries money but never closes a loop.",
    )
    year_end: Annotated[int, Field(ge=1, le=12)] = Field(
        12, description="Month in which its fiscal year ends; FY2026 ends in 2026."
    )
    note: Text | None = Field(
        None, description="What a reader should know about it.", examples=["unnamed in the release"]
    )


class Leg(_Entry):
    """One promise inside a deal: a payer to a payee, the way the money goes."""

    payer: PartyId = Field(
        alias="from", description="Who pays, lends, invests or gives.", examples=["nvidia"]
    )
    payee: PartyId = Field(alias="to", description="Who receives.", examples=["openai"])
    instrument: Annotated[Instrument, _word(Instrument)] = Field(description="What is promised.")
    amount: Amount = Field(
        description="The amount as first published; events restate it. In US dollars, or in a "
        "currency that `rates` knows."
    )
    basis: Annotated[Basis, _word(Basis)] = Field(
        Basis.REPORTED,
        description="contract · reported · analyst · market; the last two count under headline only.",
    )
    certainty: Annotated[Certainty, _word(Certainty)] = Field(
        Certainty.FIRM, description="firm · conditional · option."
    )
    condition: Text | None = Field(
        None, description="What the promise hangs on.", examples=["as each gigawatt is deployed"]
    )
    term: Period | None = Field(
        None, description="When it is paid, as a span; an estimate spreads it evenly over these days."
    )
    schedule: dict[Day, Amount] | None = Field(
        None,
        description="Published payments by date. In the file a mapping, `{2027: $30bn, 2028: $60bn}`.",
    )
    milestones: Text | None = Field(
        None, description="Payment by milestone, in words.", examples=["$10bn per GW"]
    )
    exit: Annotated[Exit, _word(Exit)] | None = Field(None, description="How the payer can leave.")
    via: PartyId | None = Field(None, description="A party the money runs through.")
    secures: LegIds = Field((), description="The leg a guarantee stands behind, or several.")
    trigger: Text | None = Field(
        None, description="What calls a guarantee.", examples=["the tenant stops paying"]
    )
    part_of: LegId | None = Field(
        None, description="The leg whose amount holds this one; that leg counts its remainder only."
    )
    overlaps: tuple[LegId, ...] = Field(
        (), description="Legs that may hold part of the same money; how much is not known."
    )
    shares: Number | None = Field(None, description="Number of shares.", examples=["160m"])
    strike: Price | None = Field(
        None,
        description="Price per share at which a warrant or an option is exercised, or a loan converted.",
    )
    percent: Percent | None = Field(None, description="Share of the payee, or of revenue.")
    valuation: Amount | None = Field(None, description="Value of the whole company, post-money.")
    capacity: Text | None = Field(None, description="Power or units.", examples=["4.5 GW"])
    coupon: Percent | None = Field(
        None, description="Rate of interest of a loan; of one that floats, its margin over the benchmark."
    )
    floating: Flag | None = Field(None, description="true when the rate floats, of all of it or of a part.")
    benchmark: SeriesId | None = Field(None, description="The series that a floating rate goes by.")
    fixed: Amount | None = Field(
        None, description="Part of a floating loan whose rate is fixed; undisclosed if no source says."
    )
    fixed_coupon: Percent | None = Field(None, description="Rate of interest of that fixed part.")
    maturity: Day | None = Field(None, description="When a loan falls due.")
    drawn: Amount | None = Field(
        None, description="Part of a loan that has been drawn, whether repaid since or not."
    )
    collateral: Text | None = Field(None, description="What secures a loan.", examples=["the chips it buys"])
    seniority: Annotated[Seniority, _word(Seniority)] | None = Field(
        None,
        description="Rank of a loan, where a source says it: secured · senior (unsecured, with trade "
        "debts) · subordinated. A loan with `collateral` is secured.",
    )
    pledged: PartyId | None = Field(
        None, description="The party whose shares secure a loan: a fall of their value can call margin."
    )
    collateral_value: Amount | None = Field(
        None, description="Value of what secures a loan, as last published."
    )
    loan_to_value: Percent | None = Field(
        None, description="Loan over the value of what secures it that has to be kept, as published."
    )
    source: SourceNames = Field(description="Names of the sources of the amount.")
    note: Text | None = Field(
        None, description="What a reader should know about it.", examples=["unnamed in the release"]
    )


class Event(_Entry):
    """Something dated that happened to a deal."""

    on: Day = Field(description="When it took effect.")
    known: Day | None = Field(None, description="When it was first published; default `on`.")
    status: Annotated[Status, _word(Status)] | None = Field(
        None, description="The state the deal is in from then on."
    )
    leg: LegNumber | None = Field(
        None, description="Which leg `amount`, `paid` and the like speak of; default the only one."
    )
    amount: Amount | None = Field(None, description="The leg's amount from then on.")
    basis: Annotated[Basis, _word(Basis)] | None = Field(None, description="Its new basis.")
    certainty: Annotated[Certainty, _word(Certainty)] | None = Field(None, description="Its new certainty.")
    term: Period | None = Field(None, description="Its new term.")
    schedule: dict[Day, Amount] | None = Field(None, description="Its new schedule.")
    paid: Amount | None = Field(
        None, description="All that has been paid on the leg up to this day, not the latest part."
    )
    repaid: Amount | None = Field(
        None,
        description="All of the principal that has been repaid up to this day, not the latest part.",
    )
    percent: Percent | None = Field(None, description="Its new share of the payee, or of revenue.")
    shares: Number | None = Field(None, description="Its new number of shares.")
    valuation: Amount | None = Field(None, description="The new value of the whole company, post-money.")
    total: Amount | None = Field(None, description="The deal's total from then on, if it has one.")
    by: DealId | None = Field(None, description="The deal that superseded this one.")
    note: Text | None = Field(
        None, description="What happened, in one sentence.", examples=["The first tranche was paid."]
    )
    source: SourceNames = Field(description="Names of the sources of this event.")

    @property
    def published(self) -> When:
        """When the event became known."""
        return self.known or self.on


class Dispute(_Entry):
    """Another value that a source gives, and why ours was chosen."""

    field: Annotated[DisputedField, _word(DisputedField)] = Field(description="What is disputed.")
    leg: LegNumber | None = Field(None, description="Which leg; none for the whole deal.")
    value: Text = Field(
        description="The other value; an amount or a date where `field` is one.", examples=["$90bn"]
    )
    rule: Text = Field(
        description="Why the value in the deal was chosen over this one.",
        examples=["the filing stands above the report"],
    )
    source: SourceNames = Field(description="Who gives the other value.")


class Deal(_Entry):
    """One agreement, reported or signed."""

    title: Text = Field(
        description="What was agreed, in one line.", examples=["NVIDIA buys shares of OpenAI"]
    )
    zh: Text | None = Field(None, description="The title in Chinese.", examples=["英伟达入股 OpenAI"])
    legs: tuple[Leg, ...] = Field(min_length=1, description="The promises it is made of.")
    events: tuple[Event, ...] = Field(min_length=1, description="Its life, oldest first.")
    total: Amount | None = Field(
        None, description="A published total whose split over the legs is undisclosed."
    )
    disputed: tuple[Dispute, ...] = Field((), description="Where sources disagree.")
    sources: dict[str, Source] = Field(
        default_factory=dict, description="Sources of this deal only, by a short name."
    )
    note: Text | None = Field(
        None, description="What a reader should know about it.", examples=["unnamed in the release"]
    )

    @property
    def largest(self) -> int:
        """The largest amount it was ever given, of one leg or in total, in US dollars."""
        amounts = [leg.amount for leg in self.legs]
        amounts += [event.amount for event in self.events if event.amount is not None]
        amounts += [whole for whole in (self.total, *(event.total for event in self.events)) if whole]
        return max(amount.high for amount in amounts)

    @property
    def cited(self) -> tuple[str, ...]:
        """Names of all sources its legs, events and disputes cite, in order of first use."""
        names = [name for leg in self.legs for name in leg.source]
        names += [name for event in self.events for name in event.source]
        names += [name for dispute in self.disputed for name in dispute.source]
        return tuple(dict.fromkeys(names))


class Figure(_Entry):
    """A reported or forecast number of a party for a period."""

    metric: Annotated[Metric, _word(Metric)] = Field(description="What is measured.")
    segment: Text | None = Field(
        None,
        description="The part of the party's business that a segment's metric is of.",
        examples=["Oracle Cloud Infrastructure"],
    )
    period: Period = Field(
        description="The day of a balance, or the span of a flow; FY2026 by the party's `year_end`."
    )
    amount: SignedAmount | None = Field(None, description="Its value in money.")
    percent: Percent | None = Field(None, description="Its value as a percentage.")
    kind: Annotated[FigureKind, _word(FigureKind)] = Field(description="What sort of number it is.")
    counterparty: PartyId | None = Field(None, description="The other party, for a share.")
    known: Day | None = Field(None, description="When it was first published; default the source's date.")
    overlap: Annotated[Overlap, _word(Overlap)] = Field(
        Overlap.UNKNOWN,
        description="For a cash-flow figure: does it already hold the payments listed here? "
        "none · full · unknown.",
    )
    source: SourceNames = Field(description="Names of its sources, under the top-level `sources`.")
    note: Text | None = Field(
        None,
        description="Definition or vintage, where it matters.",
        examples=["remaining performance obligations"],
    )


class ClaimPart(_Entry):
    """One summand of a claim."""

    leg: LegId = Field(description="The leg it speaks of.")
    amount: Amount = Field(description="What the claim takes for it.")
    note: Text | None = Field(
        None, description="How the claim gets there, and what is loose.", examples=["at its full term"]
    )


class Claim(_Entry):
    """A published total or statement that names the legs it speaks of."""

    says: Text = Field(description="The statement in our own words.", examples=["The deals come to $1tn"])
    zh: Text | None = Field(
        None, description="The statement in Chinese.", examples=["这些交易合计一万亿美元"]
    )
    on: Day = Field(description="The date it speaks of.")
    mode: Annotated[Mode, _word(Mode)] = Field(
        Mode.QUOTED, description="asserted (the legs must add up to it) · quoted."
    )
    party: PartyId | None = Field(None, description="Whose gap or total it is.")
    amount: Amount | None = Field(None, description="The published total.")
    per: Annotated[str, Field(pattern=r"^(year|month)$")] | None = Field(
        None, description="year or month, when the amount is a rate.", examples=["year"]
    )
    tolerance: Amount | None = Field(None, description="How far the legs may be off.")
    legs: tuple[LegId, ...] = Field((), description="The legs it speaks of.")
    parts: tuple[ClaimPart, ...] = Field((), description="Its sum, part by part.")
    comment: tuple[Text, ...] = Field(
        (), description="What is loose in it, or became of it.", examples=[["The first is a ceiling."]]
    )
    source: SourceNames = Field(description="Who published it.")

    @property
    def named(self) -> tuple[str, ...]:
        """Ids of all legs it speaks of, its parts included."""
        return tuple(dict.fromkeys((*self.legs, *(part.leg for part in self.parts))))


class Rate(_Entry):
    """The price of one unit of a currency on a day, in US dollars."""

    on: Day = Field(description="The day.")
    usd: Annotated[Number, AfterValidator(_positive)] = Field(
        description="US dollars for one unit.", examples=["1.17"]
    )
    source: SourceNames = Field(description="Where it was read.")


class Reading(_Entry):
    """What a market series stood at on a day."""

    on: Day = Field(description="The day it was read for.")
    value: BareNumber = Field(description="Its value in the unit of the series, without the unit's sign.")
    kind: Annotated[FigureKind, _word(FigureKind)] = Field(
        FigureKind.MARKET, description="What sort of number it is.", examples=["market"]
    )
    source: SourceNames = Field(description="Names of its sources, under the top-level `sources`.")
    note: Text | None = Field(
        None, description="What a reader should know about it.", examples=["The spike of a quarter's end."]
    )


class Series(_Entry):
    """A market series that is no party's figure: a rate of interest, a yield, a spread, an index."""

    name: Text = Field(description="Its name, in English.", examples=["SOFR"])
    zh: Text = Field(
        description="Its Chinese name; the English one where none is in use.",
        examples=["有担保隔夜融资利率"],
    )
    unit: Annotated[Unit, _word(Unit)] = Field(description="What its readings count.")
    note: Text | None = Field(
        None,
        description="What a reader should know about it.",
        examples=["published by the New York Fed each morning"],
    )
    readings: tuple[Reading, ...] = Field(
        min_length=1,
        description="Its values, oldest first; two of one day are two sources that differ.",
    )


class Waiver(_Entry):
    """A piece of advice that was looked into and cannot be followed."""

    code: Text = Field(description="Code of the advice.", examples=["only-digests"])
    at: Text = Field(description="The entry it is given for.", examples=["deals/spacex-ipo-2026"])
    reason: Text = Field(
        description="What was looked for, and why it stays.", examples=["no filing was found by then"]
    )
    on: Day = Field(description="When it was looked into.")


class RegistryFile(_Entry):
    """The whole file."""

    format: Annotated[str, Field(pattern=r"^1$")] = Field(
        description="Version of this format.", examples=["1"]
    )
    as_of: Day = Field(description="The day up to which the registry has been kept.")
    parties: dict[str, Party] = Field(description="Parties by id.")
    sources: dict[str, Source] = Field(
        default_factory=dict, description="Sources that more than one entry uses, by name."
    )
    rates: dict[str, tuple[Rate, ...]] = Field(
        default_factory=dict, description="Exchange rates by ISO 4217 code."
    )
    series: dict[str, Series] = Field(
        default_factory=dict, description="Market series that are no party's figure, by id."
    )
    deals: dict[str, Deal] = Field(description="Deals by id.")
    figures: dict[str, tuple[Figure, ...]] = Field(default_factory=dict, description="Figures by party.")
    claims: dict[str, Claim] = Field(default_factory=dict, description="Claims by id.")
    waivers: tuple[Waiver, ...] = Field(
        (), description="Advice that is set aside, each with a reason and a date."
    )


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a file; both count from 1."""

    path: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


def leg_id(deal: str, number: int) -> str:
    """Name a leg: the deal's id, a slash, its number from 1."""
    return f"{deal}/{number}"


@dataclass(frozen=True)
class Registry:
    """A checked registry: everything the file says, typed, with the place of every entry.

    Mappings are read-only in type and in use: nothing downstream changes them.
    `what_if` names the what-ifs that it stands under.
    """

    as_of: When
    parties: Mapping[str, Party]
    sources: Mapping[str, Source]
    rates: Mapping[str, tuple[Rate, ...]]
    series: Mapping[str, Series]
    deals: Mapping[str, Deal]
    figures: Mapping[str, tuple[Figure, ...]]
    claims: Mapping[str, Claim]
    waivers: tuple[Waiver, ...]
    places: Mapping[str, Place]
    digest: str
    path: str
    what_if: tuple[str, ...] = ()

    def on(self, day: date) -> Registry:  # noqa: ARG002  # a registry under a what-if depends on the day
        """Give the registry as it is in force on a day; without a what-if it is the same on every day."""
        return self

    def legs(self) -> Iterator[tuple[str, Deal, Leg]]:
        """Give every leg with its id and deal, sorted by deal id and number."""
        for deal in sorted(self.deals):
            for number, leg in enumerate(self.deals[deal].legs, start=1):
                yield leg_id(deal, number), self.deals[deal], leg

    def leg(self, name: str) -> Leg:
        """Find a leg by its id."""
        deal, _, number = name.partition("/")
        return self.deals[deal].legs[int(number) - 1]

    def source(self, deal: str | None, name: str) -> Source:
        """Find a source by its name: the deal's own first, then the shared ones."""
        own = self.deals[deal].sources if deal is not None else {}
        return own[name] if name in own else self.sources[name]

    def figure_known(self, figure: Figure) -> date:
        """Say on which day a figure became known: its own `known`, else its sources' latest date."""
        if figure.known is not None:
            return figure.known.last
        dates = [self.sources[name].date for name in figure.source]
        return max((found.last for found in dates if found is not None), default=figure.period.last)

    def place(self, *keys: str | int) -> Place:
        """Say where an entry stands: the nearest one around it that has a place."""
        parts = [str(key) for key in keys]
        while parts:
            found = self.places.get("/" + "/".join(parts))
            if found:
                return found
            parts.pop()
        return Place(self.path, 1, 1)

    def leg_place(self, name: str) -> Place:
        """Say where a leg stands."""
        deal, _, number = name.partition("/")
        return self.place("deals", deal, "legs", int(number) - 1)
