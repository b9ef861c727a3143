"""Korean: 2026년 11월 26일 14:30; 1,234.5."""

DATE_FORMAT = "Y년 n월 j일"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "Y년 n월 j일 H:i"
MONTH_DAY_FORMAT = "n월 j일"
SHORT_DATETIME_FORMAT = "n월 j일 H:i"  # a moment of these weeks
DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
