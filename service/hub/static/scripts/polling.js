// A page that asks again and again says what it has, and gets nothing while that is all.
const shown = new Map();
const isPoll = (element) => element?.getAttribute?.("hx-trigger")?.startsWith("every ");

document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  if (!isPoll(ctx.sourceElement)) return shown.clear(); // something else changes the page
  ctx.request.headers["If-None-Match"] = shown.get(ctx.request.action) ?? '"nothing"';
});
document.addEventListener("htmx:before:response", ({ detail: { ctx } }) => {
  const tag = ctx.response.headers.get("ETag");
  if (tag && isPoll(ctx.sourceElement)) shown.set(ctx.request.action, tag);
});
