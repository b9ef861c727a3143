"""Django's PostgreSQL backend, but for one thing: whether a kept connection lives is asked without the server."""

import select

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus


class DatabaseWrapper(base.DatabaseWrapper):
    """Named by ENGINE in the settings."""

    def is_usable(self) -> bool:
        """Between two requests a server says nothing: what can be read is its good-bye, or that its process is gone.

        Django sends `SELECT 1` and waits, at every request: about a twentieth of what a label costs.
        """
        if self.connection is None or self.connection.closed:
            return False
        socket = select.poll()
        socket.register(self.connection.fileno(), select.POLLIN)
        return not socket.poll(0) and self.connection.info.transaction_status == TransactionStatus.IDLE
