// Forms are sent once, under the token of the session, and what was typed is not left behind unasked.
import { all } from "./page.js";

let isLeaving = false;
const sent = new WeakSet();
const touched = new Set();

const free = (form) => {
  sent.delete(form);
  for (const button of all("button[aria-disabled]", form)) button.removeAttribute("aria-disabled");
};

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (sent.has(form)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  if (form.method !== "post") return;
  touched.delete(form);
  sent.add(form);
  event.submitter?.setAttribute("aria-disabled", "true");
  if (!form.hasAttribute("data-htmx-powered")) {
    isLeaving = true;
    setTimeout(() => { // the answer was a file: the page is still here
      isLeaving = false;
      free(form);
    }, 8000);
  }
  sessionStorage.setItem("changed", Date.now());
}, true);

document.addEventListener("input", ({ target }) => {
  const form = target.form;
  if (form?.method === "post" && target.matches("textarea, select, input:not([type=hidden])")) touched.add(form);
});

addEventListener("beforeunload", (event) => {
  if (!isLeaving && [...touched].some((form) => form.isConnected && form.checkVisibility())) event.preventDefault();
});

// A page that Back brings out of the browser's memory: its forms can be sent again, and it is asked for anew if something
// was changed after it was made.
const madeAt = performance.timeOrigin;
const isTold = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
addEventListener("pageshow", ({ persisted }) => {
  isLeaving = false;
  all("form").forEach(free);
  if ((persisted || isTold) && touched.size === 0 && Number(sessionStorage.getItem("changed")) > madeAt) {
    sessionStorage.removeItem("changed");
    location.reload();
  }
});

// Signed in again in another tab: the page's forms get the new session's token, and the one that was refused is sent.
document.addEventListener("hub:token", ({ target, detail: { token } }) => {
  for (const field of all("input[name=csrf]")) field.value = token;
  const form = target.closest("form");
  if (!form || form.dataset.again) return;
  form.dataset.again = "true";
  free(form);
  form.requestSubmit();
});

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  const form = ctx.sourceElement.closest?.("form");
  if (form) free(form);
  if (ctx.response?.status >= 400 && form?.method === "post") touched.add(form);
});
