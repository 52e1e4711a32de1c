// The map of one promo: the store, and the circle in which its clients are.
const STILL = {
  ...{ boxZoom: false, doubleClickZoom: false, dragging: false, keyboard: false },
  ...{ scrollWheelZoom: false, touchZoom: false, zoomControl: false },
};

for (const each of document.querySelectorAll("[data-promo-map]")) {
  const place = [Number(each.dataset.latitude), Number(each.dataset.longitude)];
  const map = promoMap(each, STILL);
  const circle = L.circle(place, { radius: Number(each.dataset.radiusM), className: "reach" });
  map.setView(place, 12);
  circle.addTo(map);
  L.circleMarker(place, { radius: 6, className: "store-point" }).addTo(map);
  map.fitBounds(circle.getBounds(), { padding: [16, 16] });
}
