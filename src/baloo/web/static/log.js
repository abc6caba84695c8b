// Looks for people while somebody types: the same form is sent as by its button, and the part with who is found is taken from
// the page that comes back. Without it the button does.
const form = document.getElementById("entry"), who = form?.elements.who;
let waiting = 0, asked = 0;

const look = async () => {
  const mine = ++asked;
  const fields = new URLSearchParams(new FormData(form));
  fields.set("do", "find");
  const answer = await fetch(form.action, { method: "POST", body: fields }).catch(() => null);
  if (!answer?.ok || mine !== asked) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const found = page.getElementById("found");
  if (found && mine === asked) document.getElementById("found").replaceChildren(...found.childNodes);
};
who?.addEventListener("input", () => {
  clearTimeout(waiting);
  if (who.value.trim().length >= 3) waiting = setTimeout(look, 250);
});
