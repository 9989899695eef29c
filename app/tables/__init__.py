"""CSV files of other programs, read row by row. Pure; memory is flat however long they are."""
