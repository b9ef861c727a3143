"""How dates and numbers are written on pages, by language; the API and exports stay ISO and plain numbers."""
