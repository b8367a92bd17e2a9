// Menus close by Escape and by a click beside them, and begin at their first field.
import { all } from "./page.js";

addEventListener("click", ({ target }) => {
  for (const menu of all("details.menu[open]")) if (!menu.contains(target)) menu.open = false;
});
addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.activeElement?.closest("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
document.addEventListener("toggle", ({ target }) => {
  if (target.matches?.("details.menu[open]")) target.querySelector(".pop input:not([type=hidden]), .pop select")?.focus();
}, true);
