// Requests to the server. The token is after the # in the printed address and stays in this tab.

const KEY = "ns2vec-token";

/** Remove the token from the address, so that it is not copied with a link. */
export function takeToken() {
  const found = new URLSearchParams(location.hash.slice(1)).get("token");
  if (found) {
    sessionStorage.setItem(KEY, found);
    history.replaceState(null, "", location.pathname + location.search);
  }
}

export const hasToken = () => sessionStorage.getItem(KEY) !== null;

/** What the server says is wrong: `message`, `status`, `code`, and `fields` (name -> message). */
export class ApiError extends Error {
  constructor(status, found) {
    super(found.message ?? `the server answered ${status}`);
    this.status = status;
    this.code = found.code ?? "failed";
    this.fields = found.fields ?? {};
  }
}

/** Send a request; `body` becomes JSON unless it is a Blob. Returns JSON, or bytes if the answer is not JSON. */
export async function ask(path, { method, body, signal, accept } = {}) {
  const headers = { "X-Ns2vec-Page": "1" };
  const token = sessionStorage.getItem(KEY);
  const verb = method ?? (body === undefined ? "GET" : "POST");
  if (token && verb !== "GET") headers.Authorization = `Bearer ${token}`;
  if (accept) headers.Accept = accept;
  const isFile = body instanceof Blob;
  if (body !== undefined) headers["Content-Type"] = isFile ? "application/octet-stream" : "application/json";
  let answer;
  try {
    answer = await fetch(path, { method: verb, headers, signal, body: isFile ? body : JSON.stringify(body) });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, { message: "The server does not answer. Is it still running?" });
  }
  const isJson = (answer.headers.get("Content-Type") ?? "").includes("json");
  const status = Number(answer.headers.get("X-Ns2vec-Status") ?? answer.status);
  if (status >= 400) throw new ApiError(status, isJson ? await answer.json() : {});
  if (answer.status === 204) return null;
  return isJson ? answer.json() : answer.arrayBuffer();
}

/** Only the latest request counts: an earlier one that is still pending is aborted. */
export function latest() {
  let waiting = null;
  return async (path, options = {}) => {
    waiting?.abort();
    waiting = new AbortController();
    return ask(path, { ...options, signal: waiting.signal });
  };
}
