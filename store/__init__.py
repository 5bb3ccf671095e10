"""The store: SQLAlchemy on PostgreSQL.

Statements that stand as text are named blocks in `sql/`, read by `statements.py`; what is put together from a caller's wishes
is SQLAlchemy Core; rows go in as arrays, a column each (`arrays.Rows`). Why: docs/decisions/0034.
"""
