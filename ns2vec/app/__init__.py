"""The web app: a calculator, training runs, an explorer of vectors, samplers; and the API beneath them.

``pip install 'ns2vec[web]'``, then ``ns2vec app --demo``; or from Python:

>>> from ns2vec.app import AppState, create_app
>>> create_app(AppState()).title
'ns2vec'

- `ns2vec.app.server`   puts everything together
- `ns2vec.app.state`    what the server holds: models, token, limits
- `ns2vec.app.safety`   who may ask, and how much at once
- `ns2vec.app.problems` how the API says what is wrong
- `ns2vec.app.rooms`    one module a room, with its part of the API
- `ns2vec.app.pages`    the shell of the pages and the static files
"""

try:
    import fastapi  # noqa: F401 - everything below needs it
except ImportError:
    raise ImportError("the web app needs FastAPI and uvicorn: pip install 'ns2vec[web]'") from None

from ns2vec.app.server import create_app
from ns2vec.app.state import AppState, ModelStore

__all__ = ["AppState", "ModelStore", "create_app"]
