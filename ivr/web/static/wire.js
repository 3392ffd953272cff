// Speaking with the server: JSON requests, and live events that survive a lost connection.

/** What the server refused. `message` is written for people: it says what to do. */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem?.detail ?? "The server gave no reason. Try again.");
    this.status = status;
    this.title = problem?.title ?? "That did not work";
  }
}

/** GET, or POST when there is a body. Throws `Refused`, or `TypeError` when the server cannot be reached. */
export async function ask(path, body) {
  const options = body === undefined ? {} : {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  };
  const response = await fetch(path, options);
  if (response.status === 401) location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
  if (!response.ok) throw new Refused(response.status, await response.json().catch(() => null));
  return response.json();
}

/**
 * Listen to `path`. `handlers`: kind -> function of the event's body; `closed` is called when the server ends the
 * stream for good; `state` is told true or false as the connection comes and goes. Returns a function that stops.
 *
 * `seen`: listen only while the page is seen, and hear what was missed when it is seen again. A browser has six
 * connections to a server without HTTP/2, for all tabs together: each that listens unseen keeps one from the others.
 */
export function listen(path, handlers, { closed = () => {}, state = () => {}, seen = false } = {}) {
  let source = null, last = "";
  const open = () => {
    const url = new URL(path, location.href);
    if (last) url.searchParams.set("after", last);
    const opened = (source = new EventSource(url));
    opened.addEventListener("open", () => state(true));
    opened.addEventListener("error", () => {
      state(false);
      if (opened.readyState === EventSource.CLOSED) closed();
    });
    for (const [kind, handler] of Object.entries(handlers)) {
      opened.addEventListener(kind, ({ data, lastEventId }) => {
        last = lastEventId;
        handler(JSON.parse(data));
      });
    }
  };
  const close = () => {
    source?.close();
    source = null;
  };
  const looked = () => (document.hidden ? close() : source ?? open());
  if (!seen) open();
  else {
    document.addEventListener("visibilitychange", looked);
    looked();
  }
  return () => {
    document.removeEventListener("visibilitychange", looked);
    close();
  };
}
