// Renews what carries `data-renew` every few seconds, as long as somebody can see the page; only now and
// then while the page is told of what happens (`data-live` of the whole, see shop-live.js). What
// such a part has to say (`data-say`) is put into the element that it names (`data-say-in`), a
// status for screen readers, and only when it has changed: nobody hears numbers tick.
const EVERY = 5000; // milliseconds
const NOW_AND_THEN = 60000;
let renewedAt = Date.now();

function renew() {
  if (document.hidden) return;
  renewedAt = Date.now();
  for (const each of document.querySelectorAll("[data-renew]")) htmx.trigger(each, "renew");
}

function say() {
  for (const each of document.querySelectorAll("[data-say]")) {
    const said = document.getElementById(each.dataset.sayIn);
    if (said && said.textContent !== each.dataset.say) said.textContent = each.dataset.say;
  }
}

// A menu that somebody has open, or a button that has the focus, is not taken away.
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const held = event.detail.target;
  if (held.querySelector("details[open]") || held.contains(document.activeElement)) event.preventDefault();
});
document.addEventListener("htmx:afterSettle", say);
document.addEventListener("visibilitychange", renew);
setInterval(() => {
  const isTold = "live" in document.documentElement.dataset;
  if (!isTold || Date.now() - renewedAt >= NOW_AND_THEN) renew();
}, EVERY);
