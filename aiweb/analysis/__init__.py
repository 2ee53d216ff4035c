"""One question a module, each a function from a DealGraph to frozen rows that name their legs."""
