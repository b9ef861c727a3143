"""Views of the API, one file per noun: check access, call one action or queryset, answer."""
