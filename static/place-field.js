// Picks the place of a store on a map: by a click, by dragging the marker, by its arrow keys, by where
// this device stands. The fields for latitude and longitude are the truth; the map follows them.
const PLACES = 6; // decimals: a tenth of a metre
const STEPS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

function placeField(element) {
  const [latitude, longitude] = ["latitude", "longitude"].map((id) => document.getElementById(id));
  const said = document.querySelector("[data-place-said]");
  element.hidden = document.querySelector("[data-with-map]").hidden = false;
  const typed = () => {
    const [north, east] = [latitude, longitude].map((each) => each.valueAsNumber);
    return Math.abs(north) <= 90 && Math.abs(east) <= 180 ? L.latLng(north, east) : null;
  };
  const before = typed();
  const { nearLatitude, nearLongitude } = element.dataset; // of another store, for a new one
  const [view, zoom] = before ? [before, 12] : nearLatitude ? [[nearLatitude, nearLongitude], 9] : [[20, 0], 2];
  const map = promoMap(element).setView(view, zoom);
  const marker = L.marker(before ?? [0, 0], {
    alt: element.dataset.marker, draggable: true, autoPan: true, title: element.dataset.marker,
  });

  function show(place) {
    marker.setLatLng(place).addTo(map);
    if (!map.getBounds().contains(place)) map.panTo(place);
    const km = before ? map.distance(before, place) / 1000 : 0;
    const written = km.toLocaleString(element.dataset.language, { maximumFractionDigits: 2 });
    said.textContent = km >= 0.005 ? element.dataset.moved.replace("{km}", written) : "";
  }
  function put(place, metres = "") {
    const accuracy = document.getElementById("accuracy_m"); // of a client's place
    if (accuracy) accuracy.value = metres;
    const wrapped = place.wrap();
    latitude.value = Number(Math.min(90, Math.max(-90, wrapped.lat)).toFixed(PLACES));
    longitude.value = Number(wrapped.lng.toFixed(PLACES));
    for (const each of [latitude, longitude]) each.dispatchEvent(new Event("input", { bubbles: true }));
  }
  const moveBy = ([x, y], pixels) =>
    put(map.unproject(map.project(marker.getLatLng()).add([x * pixels, y * pixels])));

  if (before) marker.addTo(map);
  map.on("click", (event) => put(event.latlng));
  marker.on("dragend", () => put(marker.getLatLng()));
  element.addEventListener("keydown", (event) => {
    if (event.target !== marker.getElement() || !STEPS[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    moveBy(STEPS[event.key], event.shiftKey ? 50 : 5);
  }, true);
  for (const each of [latitude, longitude])
    each.addEventListener("input", () => typed() && show(typed()));
  document.querySelector("[data-use-middle]").addEventListener("click", () => put(map.getCenter()));
  document.querySelector("[data-use-position]").addEventListener("click", () =>
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => { put(L.latLng(coords.latitude, coords.longitude), Math.ceil(coords.accuracy)); map.setView(marker.getLatLng(), 14); },
      () => { said.textContent = element.dataset.unknown; },
    ));
}

placeField(document.getElementById("place-map"));
