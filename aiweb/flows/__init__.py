"""The mathematics of money that goes round, on plain amounts: no deal, no leg, no day.

Each module answers one question about a `Flows`; `aiweb.analysis` turns the answers into dollars with legs.
"""
