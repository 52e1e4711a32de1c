// Lets the page be told by the live process when there is something to look at: it opens a stream with a
// ticket of the web's. While it is open, `live.js` asks by itself only now and then; without it, as ever.
const frame = document.querySelector("[data-live-url]");
const FIRST = 2000; // milliseconds until the next try, twice as long each time
const SLOWEST = 60000;
let pause = FIRST;

function renewAll() {
  for (const each of document.querySelectorAll("[data-renew]")) htmx.trigger(each, "renew");
}

function hear(event) {
  const { everything, own, promo_ids: promos = [] } = JSON.parse(event.data);
  const isShown = (id) => document.querySelector(`[data-promo="${Number(id)}"]`);
  if (everything || own || promos.some(isShown)) renewAll();
}

function again() {
  delete document.documentElement.dataset.live;
  setTimeout(listen, pause * (0.5 + Math.random()));
  pause = Math.min(pause * 2, SLOWEST);
}

async function listen() {
  const answer = await fetch(frame.dataset.ticketUrl).catch(() => null);
  if (answer?.status !== 200) return again();
  const { ticket } = await answer.json();
  const stream = new EventSource(`${frame.dataset.liveUrl}?ticket=${encodeURIComponent(ticket)}`);
  stream.addEventListener("news", hear);
  stream.addEventListener("open", () => {
    document.documentElement.dataset.live = "on";
    pause = FIRST;
    renewAll(); // what happened before it was open
  });
  stream.addEventListener("error", () => {
    stream.close(); // the ticket is good once: the next stream has another
    again();
  });
  return undefined;
}

listen();
