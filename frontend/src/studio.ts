// The menu studio: a list of menus, or one of them on the workbench.

import { el } from "pages/dom.js";
import { words } from "./api.js";
import { showList } from "./list.js";
import { Workbench } from "./workbench.js";

const main = document.getElementById("studio")!;
const menu = decodeURIComponent(location.pathname.split("/")[2] ?? "");

try {
  if (menu) await new Workbench(main, menu).open();
  else await showList(main);
} catch (error) {
  main.replaceChildren(el("p", { class: "alert", role: "alert" }, words(error)));
}
