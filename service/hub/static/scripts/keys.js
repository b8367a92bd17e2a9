// Keys: an element says its own (`data-hotkey`); a list or a timeline is walked with j and k. `?` shows them all, and
// turns single letters off.
import { install, uninstall } from "../vendor/hotkey-3.1.4.js";
import { all, make } from "./page.js";

const ROWS = "table.list > tbody > tr, ol.timeline > li.event";
const isTyping = (element) => element.matches("input:not([type=checkbox]), select, textarea, [contenteditable]");
const isOff = () => localStorage.getItem("shortcuts") === "off";

const walk = (step) => {
  const rows = all(ROWS);
  const here = rows.indexOf(document.activeElement.closest?.(ROWS));
  const next = rows[here < 0 ? (step > 0 ? 0 : -1) : here + step];
  next?.querySelector("a, summary")?.focus();
  next?.scrollIntoView({ block: "nearest" });
};

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "?") return showKeys();
  if (isOff()) return;
  if (event.key === "j" || event.key === "k") walk(event.key === "j" ? 1 : -1);
  if (event.key === "e") (document.activeElement.closest?.(".field") ?? document).querySelector("a.pencil")?.click();
  if (event.key === "x") document.activeElement.closest?.(ROWS)?.querySelector("input[type=checkbox]")?.click();
});

const keys = () => all("[data-hotkey]").filter((element) => element.checkVisibility());
const nameOf = (element) =>
  element.getAttribute("aria-label") || element.title || element.labels?.[0]?.textContent || element.textContent.trim();

const showKeys = () => {
  const list = make("dl", { className: "keys" });
  const add = (key, words) => list.append(make("dt", {}, ...key.split(" ").map((one) => make("kbd", {}, one))), make("dd", {}, words));
  const seen = new Set();
  for (const element of keys()) {
    if (!seen.has(element.dataset.hotkey)) add(element.dataset.hotkey, nameOf(element));
    seen.add(element.dataset.hotkey);
  }
  if (document.querySelector(ROWS)) {
    add("j k", "The next and the previous row");
    add("Enter", "Open it");
    if (document.querySelector(`${ROWS} input[type=checkbox]`)) add("x", "Tick it");
  }
  if (document.querySelector("a.pencil")) add("e", "Edit the field that has the focus, else the first");
  add("Escape", "Close, or leave as it was");
  add("?", "These keys");
  const use = make("input", { type: "checkbox", checked: !isOff() });
  use.addEventListener("change", () => {
    localStorage.setItem("shortcuts", use.checked ? "on" : "off");
    useKeys();
  });
  const dialog = make("dialog", { className: "card" },
    make("h2", {}, "Keys"), list,
    make("label", { className: "check" }, use, "Use single letters as shortcuts"),
    make("form", { method: "dialog" }, make("button", { className: "primary" }, "Close")));
  dialog.setAttribute("aria-label", "Keys");
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
};

const installed = new Set();

// Call it whenever a part of the page was exchanged.
export const useKeys = () => {
  installed.forEach(uninstall);
  installed.clear();
  if (isOff()) return;
  for (const element of all("[data-hotkey]")) {
    install(element);
    installed.add(element);
  }
};

document.querySelector("[data-keys]")?.addEventListener("click", showKeys);
