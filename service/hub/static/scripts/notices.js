// Notices go after six seconds, but not while somebody reads them; a fault only when it is closed.
import { all, make } from "./page.js";

const tend = (toast) => {
  if (toast.dataset.tended) return;
  toast.dataset.tended = "true";
  const close = make("button", { type: "button", className: "quiet close", textContent: "×" });
  close.setAttribute("aria-label", "Close");
  close.addEventListener("click", () => toast.remove());
  toast.append(close);
  if (toast.matches(".fault")) return;
  let timer;
  const wait = () => (timer = setTimeout(() => toast.remove(), 6000));
  const stay = () => clearTimeout(timer);
  for (const [event, act] of [["pointerenter", stay], ["focusin", stay], ["pointerleave", wait], ["focusout", wait]])
    toast.addEventListener(event, act);
  wait();
};

export const tendNotices = () => all("#notices .toast").forEach(tend);
