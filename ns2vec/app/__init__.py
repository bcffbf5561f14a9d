"""The web app: a calculator, training runs, an explorer of vectors, samplers; and the API behind them.

``pip install 'ns2vec[web]'``, then ``ns2vec app --demo``; or from Python:

>>> from ns2vec.app import AppState, create_app
>>> create_app(AppState()).title
'ns2vec'

- `ns2vec.app.server`   puts everything together
- `ns2vec.app.state`    the state of the server: models, token, limits
- `ns2vec.app.safety`   access control, and limits on size and time
- `ns2vec.app.problems` error responses of the API
- `ns2vec.app.rooms`    one module per room, with its part of the API
- `ns2vec.app.pages`    the shell of the pages and the static files
"""

try:
    import fastapi  # noqa: F401 - everything below needs it
except ImportError:
    raise ImportError("the web app needs FastAPI and uvicorn: pip install 'ns2vec[web]'") from None

from ns2vec.app.server import create_app
from ns2vec.app.state import AppState, ModelStore

__all__ = ["AppState", "ModelStore", "create_app"]
