// Ticked rows of a list: how many they are, all at once, and all between two by Shift.
import { all } from "./page.js";

const ROWS = "input[name=contact][form=ticked]";
let last = null;

// Call it whenever a part of the page was exchanged.
export const countTicked = () => {
  const rows = all(ROWS), form = document.getElementById("ticked");
  if (!form) return;
  const ticked = rows.filter((row) => row.checked).length;
  form.classList.toggle("some", ticked > 0);
  for (const element of all("[data-ticked]", form)) element.textContent = element.dataset.ticked.replace("{}", ticked);
  for (const link of all("[data-tick-page]", form)) link.hidden = ticked === rows.length;
  const whole = document.querySelector("[data-tick-all]");
  Object.assign(whole, { checked: ticked === rows.length, indeterminate: ticked > 0 && ticked < rows.length });
};

const tickAll = (isTicked) => {
  for (const row of all(ROWS)) row.checked = isTicked;
  countTicked();
};

document.addEventListener("click", (event) => {
  const { target } = event;
  if (target.matches?.("[data-tick-page]")) {
    event.preventDefault();
    tickAll(true);
  }
  if (!target.matches?.(ROWS)) return;
  const rows = all(ROWS), ends = [rows.indexOf(last), rows.indexOf(target)].sort((a, b) => a - b);
  if (event.shiftKey && ends[0] >= 0) for (const row of rows.slice(ends[0], ends[1])) row.checked = target.checked;
  last = target;
});
document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-tick-all]")) tickAll(target.checked);
  else if (target.matches(ROWS)) countTicked();
});
addEventListener("pageshow", countTicked); // Back: the browser has put the ticks where they were
