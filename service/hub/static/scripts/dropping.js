// Files that are dropped anywhere, or chosen together: one goes on at its next step, several wait in the list of imports.
import { make } from "./page.js";

const form = () => document.querySelector("form[data-upload]");
const mayImport = () => form() !== null || document.querySelector("nav a[href='/imports']") !== null;
const hasFiles = (event) => mayImport() && event.dataTransfer?.types.includes("Files");

addEventListener("dragover", (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault();
  document.body.classList.add("dropping");
});
addEventListener("dragleave", ({ relatedTarget }) => relatedTarget ?? document.body.classList.remove("dropping"));
addEventListener("drop", (event) => {
  document.body.classList.remove("dropping");
  if (!hasFiles(event) || event.dataTransfer.files.length === 0) return;
  event.preventDefault();
  const files = event.dataTransfer.files;
  if (form() === null || files.length > 1) return bringAll([...files]);
  form().querySelector("input[type=file]").files = files;
  form().requestSubmit();
});

// The form itself can bring one file: several are chosen only where scripts run, and sent one after the other.
const letSeveralBeChosen = () => form()?.querySelector("input[type=file]").setAttribute("multiple", "");
document.addEventListener("htmx:after:process", letSeveralBeChosen);
letSeveralBeChosen();
document.addEventListener("submit", (event) => {
  const files = event.target.matches("form[data-upload]") ? event.target.querySelector("input[type=file]").files : [];
  if (files.length < 2) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  bringAll([...files]);
}, true);

const bringAll = async (files) => {
  const words = make("p", { className: "band", role: "status" });
  const refused = [];
  document.querySelector("#main").prepend(words);
  let answer;
  for (const [place, file] of files.entries()) {
    words.textContent = `Uploading ${place + 1} of ${files.length}: ${file.name}`;
    answer = await bring(file);
    if (!answer.ok) refused.push(`${file.name}: ${await answer.text()}`);
  }
  if (refused.length === 0) return location.assign(files.length > 1 ? "/imports" : answer.url);
  words.replaceWith(make("div", { className: "band fault", role: "alert" },
    ...refused.map((line) => make("p", {}, line)), make("a", { href: "/imports" }, "See the imports")));
};

const bring = async (file) => {
  const body = new FormData();
  body.append("csrf", document.querySelector("input[name=csrf]").value);
  body.append("file", file);
  const lost = { ok: false, text: async () => "the connection was lost; drop it again." };
  return fetch("/imports", { method: "POST", body, headers: { Accept: "text/plain" } }).catch(() => lost);
};
