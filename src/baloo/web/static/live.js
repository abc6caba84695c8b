// Sharpens the live page: without it the page shows what came last, and a link to load it anew.
const list = document.getElementById("events"), state = document.getElementById("state"), pause = document.getElementById("pause");
const most = 200;
let paused = false, waiting = [], crowded = false;

const say = (what) => { if (state.dataset.said !== what) { state.dataset.said = what; state.textContent = state.dataset[what]; } };
const reading = () => list.contains(document.activeElement) && document.activeElement !== list || list.querySelector("details[open]");
const held = () => paused || reading();

function sharpen(place) {
  for (const button of place.querySelectorAll("button[data-copy]")) button.hidden = false;
}

function show() {
  if (held()) return say(paused ? "paused" : "held");
  document.getElementById("empty")?.remove();
  for (const html of waiting.splice(0)) {
    list.insertAdjacentHTML("afterbegin", html); // made by the server, every value escaped
    sharpen(list.firstElementChild);
  }
  while (list.children.length > most) list.lastElementChild.remove();
  say(crowded ? "crowded" : "live");
  crowded = false;
}

const source = new EventSource(list.dataset.rows);
source.addEventListener("seen", (event) => {
  waiting.push(JSON.parse(event.data));
  if (waiting.length > most) waiting.shift();
  show();
});
source.addEventListener("crowded", () => { crowded = true; });
source.addEventListener("open", () => say("live"));
source.addEventListener("error", () => say(source.readyState === EventSource.CLOSED ? "full" : "lost"));

pause.hidden = false;
pause.addEventListener("click", () => {
  paused = !paused;
  pause.textContent = paused ? pause.dataset.off : pause.dataset.on;
  show();
});
list.addEventListener("toggle", show, true);
list.addEventListener("focusout", () => setTimeout(show));
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
  say("copied");
});
addEventListener("pagehide", () => source.close());
sharpen(document);
