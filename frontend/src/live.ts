// What happens in all calls, chats and menus, as a hint to look again: at most once a second, and only while it is seen.

import { listen } from "pages/wire.js";

const AGAIN = 1000; // ms

/** `look` is called soon after any turn of any customer, and after anybody published. */
export function onNews(look: () => Promise<unknown>): void {
  let timer = 0;
  const soon = () => {
    if (timer || document.hidden) return;
    timer = setTimeout(async () => {
      await look().catch(() => {}); // the server is away: the next event looks again
      timer = 0;
    }, AGAIN);
  };
  listen("/api/events", { turn: soon, contact: soon, published: soon, reset: soon }, { seen: true });
  document.addEventListener("visibilitychange", soon);
}
