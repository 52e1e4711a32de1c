// The ground of every map. A page calls `promoMap(element)` for an element with what `map_ground()` gives,
// and gets a Leaflet map to draw on: over tiles, or over land, towns and a graticule from our own files.
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

function plainText(words) {
  const element = document.createElement("span");
  element.textContent = words;
  return element.innerHTML;
}

function drawLand(map, element) {
  const lines = L.polyline([], { className: "graticule", interactive: false, weight: 1 }).addTo(map);
  map.on("moveend", () => graticule(map, lines));
  fetch(element.dataset.land)
    .then((answer) => answer.json())
    .then((land) => L.geoJSON(land, { className: "land", interactive: false }).addTo(map).bringToBack());
  showTowns(map, element.dataset.towns);
  map.attributionControl.addAttribution("Natural Earth, GeoNames");
}

function promoMap(element, options = {}) {
  const { tiles, attribution } = element.dataset;
  const map = L.map(element, { maxZoom: 17, minZoom: 1, ...options });
  map.attributionControl.setPrefix(false);
  L.control.scale().addTo(map);
  if (tiles) L.tileLayer(tiles, { attribution: plainText(attribution) }).addTo(map);
  else drawLand(map, element);
  return map;
}

window.promoMap = promoMap;
