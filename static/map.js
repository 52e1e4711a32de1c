// The ground of every map: land and a graticule from here alone, no tiles. A page calls
// `promoMap(element)` for an element with `data-land`, and gets a Leaflet map to draw on.
const SPACINGS = [30, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005]; // degrees
const MOST_LINES = 12;

function graticule(map, lines) {
  const view = map.getBounds().pad(0.2);
  const [south, north] = [Math.max(view.getSouth(), -85), Math.min(view.getNorth(), 85)];
  const [west, east] = [view.getWest(), view.getEast()];
  const fits = (each) => (east - west) / each > MOST_LINES;
  const spacing = SPACINGS[Math.max(0, SPACINGS.findIndex(fits) - 1)] ?? SPACINGS.at(-1);
  const steps = (from, to) => {
    const first = Math.ceil(from / spacing);
    const count = Math.max(0, Math.floor(to / spacing) - first + 1);
    return Array.from({ length: count }, (_, index) => (first + index) * spacing);
  };
  lines.setLatLngs([
    ...steps(south, north).map((latitude) => [[latitude, west], [latitude, east]]),
    ...steps(west, east).map((longitude) => [[south, longitude], [north, longitude]]),
  ]);
}

function promoMap(element, options = {}) {
  const map = L.map(element, { attributionControl: false, maxZoom: 17, minZoom: 1, ...options });
  const lines = L.polyline([], { className: "graticule", interactive: false, weight: 1 });
  map.on("moveend", () => graticule(map, lines));
  fetch(element.dataset.land)
    .then((answer) => answer.json())
    .then((land) => L.geoJSON(land, { className: "land", interactive: false }).addTo(map).bringToBack());
  lines.addTo(map);
  return map;
}

window.promoMap = promoMap;
