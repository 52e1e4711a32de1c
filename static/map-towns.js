// Names of towns on maps without tiles, so that a place can be recognised: the largest ones of what is
// seen, as many as do not cover each other. They come in fields of ten degrees, each asked for once.
const FIELD = 10; // degrees
const MOST_FIELDS = 6;
const ROOM = [110, 26]; // pixels that a name takes
const known = new Map(); // address: what is there, or will be

function read(address) {
  if (!known.has(address)) known.set(address, fetch(address).then((answer) => answer.json()));
  return known.get(address);
}

function fieldsOf(view) {
  const corner = (degrees) => Math.floor(degrees / FIELD) * FIELD;
  const found = [];
  for (let south = corner(view.getSouth()); south < view.getNorth(); south += FIELD)
    for (let west = corner(view.getWest()); west < view.getEast(); west += FIELD)
      found.push(`${south}_${corner(((west + 180) % 360 + 360) % 360 - 180)}`);
  return found;
}

function named([name, ...place]) {
  const words = document.createElement("span");
  words.textContent = name;
  const icon = L.divIcon({ className: "town", html: words, iconSize: null });
  return L.marker(place, { icon, interactive: false, keyboard: false, alt: "" });
}

async function townsIn(map, index) {
  const view = map.getBounds();
  const wanted = fieldsOf(view);
  if (wanted.length > MOST_FIELDS) return [];
  const there = new Set(await read(index));
  const files = wanted.filter((field) => there.has(field));
  const lists = await Promise.all(files.map((field) => read(new URL(`${field}.json`, new URL(index, location)))));
  const taken = [];
  return lists.flat().filter(([, ...place]) => {
    const point = map.latLngToContainerPoint(place);
    const clear = ({ x, y }) => Math.abs(x - point.x) > ROOM[0] || Math.abs(y - point.y) > ROOM[1];
    return view.contains(place) && taken.every(clear) && taken.push(point);
  });
}

function showTowns(map, index) {
  const names = L.layerGroup().addTo(map);
  map.on("moveend", async () => {
    const towns = await townsIn(map, index);
    names.clearLayers();
    for (const each of towns) names.addLayer(named(each));
  });
}
