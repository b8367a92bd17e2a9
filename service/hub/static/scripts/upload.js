// `fetch` tells nothing of an upload's progress: a form with `data-upload` is sent by XMLHttpRequest.

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  const form = ctx.sourceElement;
  if (form.matches?.("form[data-upload]")) ctx.fetch = (address, request) => upload(form, address, request);
});

const upload = (form, address, { method, headers, body, signal }) => new Promise((resolve, reject) => {
  const cancel = form.querySelector("[data-cancel]");
  const bar = form.querySelector("progress");
  const words = form.querySelector("[data-progress]");
  const call = new XMLHttpRequest();
  const began = performance.now();
  call.open(method, address);
  for (const [name, value] of Object.entries(headers)) call.setRequestHeader(name, value);
  signal.addEventListener("abort", () => call.abort());
  if (cancel) Object.assign(cancel, { hidden: false, onclick: () => call.abort() });
  call.upload.onprogress = ({ loaded, total }) => {
    const rate = loaded / 1048576 / ((performance.now() - began) / 1000);
    if (bar) Object.assign(bar, { hidden: false, max: total, value: loaded });
    if (words) words.textContent = `${Math.round((100 * loaded) / total)} %, ${rate.toFixed(1)} MB a second`;
  };
  const end = (done) => () => {
    if (cancel) cancel.hidden = true;
    if (bar) bar.hidden = true;
    if (words) words.textContent = "";
    done();
  };
  call.onload = end(() => {
    const lines = call.getAllResponseHeaders().trim().split(/[\r\n]+/);
    const answer = new Response(call.responseText, {
      status: call.status,
      headers: lines.map((line) => line.split(/:\s*(.*)/).slice(0, 2)),
    });
    Object.defineProperty(answer, "url", { value: call.responseURL });
    resolve(answer);
  });
  call.onerror = end(() => reject(new TypeError("the connection was lost")));
  call.onabort = end(() => reject(new DOMException("cancelled", "AbortError")));
  call.send(body);
});
