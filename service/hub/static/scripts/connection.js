// A lost connection is said at once, and taken back by the next answer.
import { make } from "./page.js";

const band = make("p", { className: "band fault lost", role: "alert", hidden: true },
  "The connection is lost. What you typed is still here; this page goes on when the server answers again.");
document.body.append(band);
document.addEventListener("htmx:error", ({ detail: { error } }) => {
  if (error instanceof TypeError) band.hidden = false;
});
document.addEventListener("htmx:after:request", () => (band.hidden = true));
addEventListener("offline", () => (band.hidden = false));
addEventListener("online", () => (band.hidden = true));
