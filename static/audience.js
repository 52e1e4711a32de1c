// The live count is said to whoever listens once it has settled, and not each one on the way; and a
// number is never left standing when the next one could not be fetched.
const shown = document.getElementById("audience");
const said = document.getElementById("audience-said");
const SETTLED = 900; // milliseconds
let waiting = 0;

shown.addEventListener("htmx:afterSwap", () => {
  clearTimeout(waiting);
  const words = shown.querySelector("#audience-words").textContent;
  waiting = setTimeout(() => words !== said.textContent && (said.textContent = words), SETTLED);
});

for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  shown.addEventListener(failure, () => (shown.textContent = shown.dataset.failed));
}
