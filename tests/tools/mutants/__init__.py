"""`make mutants`: plausible faults are put into the code one by one, and the tests that execute them run on each."""
