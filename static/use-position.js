// Says where this device is, when its owner asks for it: the browser asks once more whether it may.
const positionForm = document.getElementById("use-position");
const positionSaid = document.querySelector("[data-use-position-said]");

positionForm.hidden = !navigator.geolocation;
positionForm.addEventListener("submit", (event) => {
  if (positionForm.elements.latitude.value) return;
  event.preventDefault();
  positionSaid.textContent = positionSaid.dataset.asking;
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      positionForm.elements.latitude.value = coords.latitude;
      positionForm.elements.longitude.value = coords.longitude;
      positionForm.elements.accuracy_m.value = Math.ceil(coords.accuracy);
      positionForm.requestSubmit();
    },
    () => { positionSaid.textContent = positionSaid.dataset.unknown; },
    { enableHighAccuracy: true, timeout: 15000, maximumAge: 30000 },
  );
});
