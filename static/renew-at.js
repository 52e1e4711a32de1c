// Renews what says by `data-renew-at` when it will look different though nobody does anything: a hold
// runs out, a promo ends. `data-as-of` says what time it is on the service's clock.
const LATE = 300; // milliseconds: by then it is so on the service's clock too
const LONGEST = 2 ** 31 - 1;
let planned = [];

function plan() {
  planned.forEach(clearTimeout);
  planned = [...document.querySelectorAll("[data-renew-at]")].map((each) => {
    const left = Date.parse(each.dataset.renewAt) - Date.parse(each.dataset.asOf) + LATE;
    return setTimeout(() => htmx.trigger(each, "renew"), Math.min(left, LONGEST));
  });
}

plan();
document.addEventListener("htmx:afterSettle", plan);
