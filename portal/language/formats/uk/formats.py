"""Ukrainian: days without a leading zero, the month in the genitive after a day; thousands with a space that does not break."""

DATE_FORMAT = "j E Y р."
SHORT_DATE_FORMAT = "d.m.Y"
YEAR_MONTH_FORMAT = "F Y р."
DATETIME_FORMAT = "j E Y р., H:i"
DECIMAL_SEPARATOR = ","
THOUSAND_SEPARATOR = "\xa0"
NUMBER_GROUPING = 3
