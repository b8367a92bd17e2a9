// The slider through a contact's events says where it is while it moves, and leads there once it rests.
const REST = 400; // milliseconds: arrow keys go on from event to event meanwhile
let waiting = 0;

const count = (text) => Number(text).toLocaleString("en");
const sliderOf = ({ target }) => (target.id === "moment" ? target : null);

document.addEventListener("input", (event) => {
  const slider = sliderOf(event);
  if (!slider) return;
  clearTimeout(waiting);
  const said = `Event ${count(slider.value)} of ${count(slider.max)}`;
  slider.setAttribute("aria-valuetext", said);
  slider.form.querySelector("output").textContent = said;
});
document.addEventListener("change", (event) => {
  const slider = sliderOf(event);
  if (!slider) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => slider.form.requestSubmit(), REST);
});

// where it led to, it goes on from
if (location.hash === "#moment") document.getElementById("moment")?.focus();
