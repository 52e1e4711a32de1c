// Shows the place of a record on a map; the degrees stand beside it.
function placeShown(element) {
  const place = L.latLng(element.dataset.place.split(",").map(Number));
  const map = promoMap(element).setView(place, 6);
  L.marker(place, { alt: element.ariaLabel, interactive: false, keyboard: false }).addTo(map);
}

placeShown(document.getElementById("place-shown"));
