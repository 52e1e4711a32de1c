// The radius on a map. The number field is the truth: slider and handle write into it and let it
// tell the page, and whatever stands in it is drawn. What cannot be read is not drawn.
const field = document.getElementById("max_distance_km");
const slider = document.getElementById("radius-slider");
const element = document.getElementById("reach-map");
const [LEAST, MOST] = [0.1, 50];
let drawn = null;

function typed() {
  const km = Number(field.value.trim().replace(",", "."));
  return km > 0 && km <= MOST ? km : null;
}

function write(km) {
  const tenths = Math.round(Math.min(MOST, Math.max(LEAST, km)) * 10) / 10;
  field.value = String(tenths).replace(".", slider.dataset.decimal);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function mark(name) {
  return L.divIcon({ className: name, iconSize: [22, 22] });
}

function draw(center, name) {
  const map = promoMap(element, { keyboard: false, zoomControl: false, zoomSnap: 0.25 }).setView(center, 12);
  const [label, options] = [document.createElement("span"), { direction: "top", offset: [0, -10], permanent: true }];
  label.textContent = name; // never as HTML
  const store = L.marker(center, { icon: mark("store-mark"), interactive: false, keyboard: false });
  store.addTo(map).bindTooltip(label, options);
  const circle = L.circle(center, { className: "radius-circle", interactive: false, radius: 1 }).addTo(map);
  const handle = L.marker(center, { draggable: true, icon: mark("radius-handle"), keyboard: false });
  handle.on("drag", () => write(map.distance(center, handle.getLatLng()) / 1000));
  handle.on("dragend", () => follow(true));
  return { center, circle, handle, map, name };
}

function follow(fit) {
  const km = typed();
  if (km === null) return;
  slider.value = km;
  if (!drawn) return;
  const { center, circle, handle, map } = drawn;
  const bounds = L.latLng(center).toBounds(km * 2000);
  circle.setRadius(km * 1000);
  element.dataset.km = km;
  const isDragged = handle.dragging?._draggable?._moving;
  if (!isDragged) handle.setLatLng([center[0], bounds.getEast()]).addTo(map);
  const height = map.latLngToLayerPoint(bounds.getSouthWest()).y - map.latLngToLayerPoint(bounds.getNorthEast()).y;
  const fits = map.getBounds().contains(bounds) && height > map.getSize().y / 4;
  if (!isDragged && (fit || !fits)) map.fitBounds(bounds.pad(0.15), { animate: false });
}

function place() {
  const { latitude, longitude, name } = document.getElementById("store-place").dataset;
  if (latitude === undefined) return;
  const center = [Number(latitude), Number(longitude)];
  if (drawn && String(drawn.center) === String(center) && drawn.name === name) return;
  drawn?.map.remove();
  element.hidden = false;
  drawn = draw(center, name);
  follow(true);
}

slider.hidden = false;
slider.addEventListener("input", () => write(Number(slider.value)));
field.addEventListener("input", () => follow(false));
document.body.addEventListener("htmx:oobAfterSwap", place);
place();
follow(true);
