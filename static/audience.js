// The live count is said to whoever listens once it has settled, and not each one on the way, nor an
// estimate that the count itself follows by itself; and a
// number is never left standing when the next one could not be fetched. What it means is said again
// where the page asks for it.
const shown = document.getElementById("audience");
const said = document.getElementById("audience-said");
const again = document.getElementById("plan-clients");
const SETTLED = 900; // milliseconds
let waiting = 0;

shown.addEventListener("htmx:afterSwap", () => {
  clearTimeout(waiting);
  const sentence = shown.querySelector("#audience-words");
  const words = sentence.textContent;
  if (again) again.textContent = sentence.dataset.inShort;
  if (shown.querySelector("#audience-follows")) return;
  waiting = setTimeout(() => words !== said.textContent && (said.textContent = words), SETTLED);
});

for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  shown.addEventListener(failure, () => {
    shown.textContent = shown.dataset.failed;
    if (again) again.textContent = "";
  });
}
