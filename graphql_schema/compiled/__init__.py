"""GraphQL execution at the speed of JSON, for Strawberry schemas over plain dictionaries.

Stock execution spends three microseconds on every field: a path, an info object, a resolver call,
a completion. Here the *pure* fields of a selection, those that stand in the row itself, are
compiled to one straight-line function the first time they are worth it:

- ``shapes`` says which fields of a selection are pure, and how their values nest;
- ``source`` writes the function and compiles it;
- ``memory`` keeps what is known of an operation between its requests;
- ``executor`` lets lists and objects go through compiled functions, all else the stock way.

Whatever surprises compiled code (a null that must not be, a value of another type, an exception)
makes the stock executor do that object over, so data, order, errors, paths and null propagation
are the stock ones. Pure fields have no effects, so doing them twice is safe.

A row is a ``dict`` that is read by key: pass ``read_key`` as the schema's default resolver, and
``CompiledExecution`` as its execution context. A field with a resolver is pure if it says so
(``metadata={PURE: True}``) and takes the parent and plain arguments, not ``info``.

Relied on, though not public: of graphql-core's ``Executor`` the methods ``collect_subfields``,
``complete_list_value`` and ``execute_fields``, and ``collect_subfields`` of ``collect_fields``;
of Strawberry ``Schema._schema``'s link back and ``GraphQLCoreConverter.DEFINITION_BACKREF``.
"""
