"""Eight ways to make one state of many values, as commutative monoids. Pure."""
