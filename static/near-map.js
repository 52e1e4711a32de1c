// The map of what is near: where the client is, and the stores of the promos in the list beside it,
// drawn anew whenever the list is. The list says everything that the map shows.
function nearMap(element) {
  const { latitude, longitude, you } = element.dataset;
  const places = () => [...document.querySelectorAll("[data-latitude][data-promo]")];
  if (!latitude && places().length === 0) return;
  element.hidden = false;
  const map = promoMap(element, { scrollWheelZoom: false }).setView([latitude ?? 0, longitude ?? 0], 14);
  const drawn = L.layerGroup().addTo(map);
  let shown = "";

  function popup({ name, price, address }) {
    const link = document.createElement("a");
    link.href = address;
    link.textContent = `${name} · ${price}`;
    return link;
  }
  function draw() {
    drawn.clearLayers();
    const points = places().map((each) => [each.dataset.latitude, each.dataset.longitude].map(Number));
    places().forEach((each, index) => {
      const dot = L.circleMarker(points[index], { radius: 10, className: "store-point" });
      dot.bindPopup(popup(each.dataset)).addTo(drawn);
    });
    if (latitude) {
      points.push([Number(latitude), Number(longitude)]);
      L.circleMarker(points.at(-1), { radius: 7, className: "own-point" }).bindTooltip(you).addTo(drawn);
    }
    // Only when other places are shown: nobody's map is moved under the hand.
    if (shown !== (shown = JSON.stringify(points)) && points.length > 1)
      map.fitBounds(points, { padding: [36, 36], maxZoom: 15 });
  }
  draw();
  document.addEventListener("htmx:afterSettle", draw);
}

nearMap(document.getElementById("near-map"));
