// Counts down what carries `data-expires-at`. The page says by `data-as-of` what time it is on the
// service's clock, for the clock of this device may be wrong. Beyond a day the words stay as they are;
// `data-short` leaves hours out while there are none.
const DAY = 24 * 3600;
const ahead = new WeakMap(); // by how many milliseconds the service's clock is ahead of this one's

function clock(seconds) {
  const two = (number) => String(number).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

function tick() {
  for (const each of document.querySelectorAll("[data-expires-at]")) {
    if (!ahead.has(each)) ahead.set(each, Date.parse(each.dataset.asOf) - Date.now());
    const left = Date.parse(each.dataset.expiresAt) - Date.now() - ahead.get(each);
    const seconds = Math.max(0, Math.floor(left / 1000));
    const written = clock(seconds);
    if (seconds < DAY) each.textContent = "short" in each.dataset ? written.replace(/^0:0?/, "") : written;
    each.classList.toggle("is-soon", seconds < 300);
  }
}

tick();
setInterval(tick, 1000);
