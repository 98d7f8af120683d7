"""Arabic as the United Nations write it: day, month, year; Western digits, decimal point, thousands with commas."""

DATE_FORMAT = "j F Y"
SHORT_DATE_FORMAT = "j/n/Y"
YEAR_MONTH_FORMAT = "F Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j F Y، H:i"
DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
