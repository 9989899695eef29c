"""GraphQL execution at the speed of JSON, for Strawberry schemas over plain dictionaries.

Stock execution spends three microseconds on every field: a path, an info object, a resolver call,
a completion. Here the *pure* fields of a selection, those that stand in the row itself, are
compiled to one straight-line function the first time they are worth it:

- ``declaring`` has what a schema says of its fields, types and rows;
- ``shapes`` says which fields of a selection are pure, and how their values nest;
- ``source`` writes the function of a shape: line by line (``lines``), down to its ``leaves``;
- ``columns`` makes the items of a list that differ in a few values from row to row;
- ``plans`` decides what of a selection is compiled, and when that is worth it;
- ``memory`` keeps what is known of an operation between its requests;
- ``executor`` lets lists and objects go through compiled functions, all else the stock way;
- ``ahead`` tells a resolver what will be asked of the rows that it is about to read.

Whatever surprises compiled code (a null that must not be, a value of another type, an exception)
makes the stock executor do that object over, so data, order, errors, paths and null propagation
are the stock ones. Pure fields have no effects, so doing them twice is safe.

A row is a ``dict`` that is read by key: pass ``read_key`` as the schema's default resolver, and
``CompiledExecution`` as its execution context. A field with a resolver is pure if it says so
(``metadata={PURE: True}``) and takes the parent and plain arguments, not ``info``. A field with a
``path_reader`` stands somewhere inside the row (``PATH``); an object that many rows have in common
is completed once (``SHARED``); a list whose items have most in common with those of other rows says
how they are made (``COLUMNS``); a scalar may say which values it ``leaves`` as they are.

Subscriptions, and operations with ``@defer`` or ``@stream``, go the stock way, and so does
everything while an extension or a middleware wants to see every field.

``counts`` of a schema tells how often compiled code was at work, and what surprised it.

All that is relied on though it is not public stands in ``private``.
"""
