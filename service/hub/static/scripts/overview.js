// Time under the finger: the figures of the day that is pointed at, and the list as it was then.
import { all } from "./page.js";

const SLIDE = 8; // pixels: less is a tap, which follows the bar's link
let slide = null;

const show = (section, bar) => {
  for (const figure of all("[data-now]", section)) figure.textContent = bar.dataset[figure.dataset.figure];
  for (const element of all("[data-today]", section)) element.hidden = true;
  for (const element of all("[data-then]", section)) element.hidden = false;
  for (const element of all("[data-which]", section)) element.textContent = bar.dataset.day;
  all("[data-then] a", section)[0].href = `/contacts?as_of=${bar.dataset.date}`;
};

const restore = (section) => {
  for (const figure of all("[data-now]", section)) figure.textContent = figure.dataset.now;
  for (const element of all("[data-today]", section)) element.hidden = false;
  for (const element of all("[data-then]", section)) element.hidden = true;
};

const sectionOf = (element) => element.closest?.(".overview");
const barOf = (element) => element?.closest?.(".overview .chart a[data-date]");

const point = ({ target }) => {
  const bar = barOf(target);
  if (bar) show(sectionOf(bar), bar);
};
const leave = ({ target, relatedTarget }) => {
  const section = sectionOf(target);
  if (section && !slide && !section.contains(relatedTarget)) restore(section);
};
for (const event of ["pointerover", "focusin"]) document.addEventListener(event, point);
for (const event of ["pointerout", "focusout"]) document.addEventListener(event, leave);

document.addEventListener("pointerdown", ({ target, pointerType, clientX }) => {
  slide = pointerType !== "mouse" && barOf(target) ? { from: clientX, isOne: false } : null;
});
document.addEventListener("pointermove", ({ clientX, clientY }) => {
  if (!slide) return;
  slide.isOne ||= Math.abs(clientX - slide.from) > SLIDE;
  point({ target: document.elementFromPoint(clientX, clientY) }); // a finger's events stay with what it touched first
});
document.addEventListener("click", (event) => {
  if (slide?.isOne && barOf(event.target)) event.preventDefault();
  slide = null;
});
