import { byId } from "./dom.js";
import { Outbox } from "./outbox.js";
import { listen } from "./wire.js";

const outbox = new Outbox(byId("outbox"));
listen("/api/events", { outbox: (row) => outbox.put(row), reset: () => outbox.load() }, { seen: true, state: (on) => on && outbox.load() });
