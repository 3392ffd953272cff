// What happens in all calls and chats, as a hint to look again: at most once a second, and only while it is seen.

import { listen } from "pages/wire.js";

const AGAIN = 1000; // ms

/** `look` is called soon after any turn of any customer. */
export function onTurn(look: () => Promise<unknown>): void {
  let timer = 0;
  const soon = () => {
    if (timer || document.hidden) return;
    timer = setTimeout(async () => {
      await look().catch(() => {}); // the server is away: the next turn looks again
      timer = 0;
    }, AGAIN);
  };
  listen("/api/events", { turn: soon, contact: soon, reset: soon });
  document.addEventListener("visibilitychange", soon);
}
