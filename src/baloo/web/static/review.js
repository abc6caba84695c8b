// One key, one answer: Y, N, L decide the pair that is asked about, U takes the last answer back. Without it the buttons do.
const keys = document.getElementById("keys"), name = "baloo-review-keys";
let on = localStorage.getItem(name) !== "off", sent = false;

const show = () => {
  for (const part of keys?.querySelectorAll("[data-on]") ?? []) part.hidden = !on;
  for (const part of keys?.querySelectorAll("[data-off]") ?? []) part.hidden = on;
};
if (keys) keys.hidden = false;
show();
keys?.addEventListener("click", (event) => {
  if (!event.target.closest("button")) return;
  on = !on;
  localStorage.setItem(name, on ? "on" : "off");
  show();
});
document.addEventListener("keydown", (event) => {
  if (!on || sent || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea")) return;
  const button = document.querySelector(`button[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!button) return;
  sent = true; // the page that follows takes the next key
  event.preventDefault();
  button.form.requestSubmit(button);
});
addEventListener("pageshow", () => { sent = false; });
