// All menus: what is in force, since when, and how many callers are in it now.

import { ago, channelName, el } from "pages/dom.js";
import { type MenuLine, get } from "./api.js";
import { onNews } from "./live.js";
import { Switches } from "./switches.js";

export async function showList(main: HTMLElement): Promise<void> {
  document.querySelector(".skips")!.remove(); // there is neither text nor diagram
  const list = el("ul", { class: "menus" });
  let shown = "";
  const draw = async () => {
    const lines = (await get<MenuLine[]>("/api/menus")).map(line);
    const told = lines.map((one) => one.textContent).join("\n");
    if (told === shown) return; // a link that is replaced while it is clicked is not followed
    const at = list.contains(document.activeElement) && document.activeElement!.getAttribute("href");
    shown = told;
    list.replaceChildren(...lines);
    if (at) list.querySelector<HTMLElement>(`[href="${CSS.escape(at)}"]`)?.focus();
  };
  const switches = new Switches();
  main.replaceChildren(el("div", { class: "page" }, el("h1", {}, "Menus"),
    el("p", { class: "muted" }, "Open one to read, try and change it. Callers notice nothing until you publish."),
    list, switches.element));
  await Promise.all([draw(), switches.load()]);
  onNews(draw);
}

function line(menu: MenuLine): HTMLElement {
  const published = menu.published_at
    ? `Version ${menu.n}, published ${ago(menu.published_at)} ago${menu.author ? ` by ${menu.author}` : ""}`
    : `Version ${menu.n}`;
  const live = el("span", { class: menu.live ? "live" : "live none" }, `${menu.live} ${menu.live === 1 ? "caller" : "callers"} now`);
  return el("li", { class: "card" },
    el("a", { href: `/studio/${encodeURIComponent(menu.menu)}` }, menu.title), live,
    el("p", { class: "small muted" }, el("code", {}, menu.menu), ` · ${published}${menu.message ? `: “${menu.message}”` : ""}`),
    el("p", { class: "small muted" }, [...menu.channels.map(channelName), ...menu.languages].join(" · ")));
}
