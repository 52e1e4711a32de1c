// Offers the time zones whose cities are nearest to the place of a store first, whenever it moves.
const NEAREST = 3;

function nearZones(choice) {
  const cities = [...choice.querySelectorAll("option[data-latitude]")];
  const group = document.createElement("optgroup");
  group.label = choice.dataset.near;

  function offer() {
    const [north, east] = ["latitude", "longitude"].map((id) => document.getElementById(id).valueAsNumber);
    if (Number.isNaN(north + east)) return;
    const far = ({ dataset }) => {
      const across = Math.abs(east - dataset.longitude) % 360;
      return Math.hypot(north - dataset.latitude, Math.min(across, 360 - across) * Math.cos((north * Math.PI) / 180));
    };
    const chosen = choice.value; // may stand in the group itself, which is emptied
    const nearest = cities.map((each) => [far(each), each]).sort((one, other) => one[0] - other[0]);
    group.replaceChildren(...nearest.slice(0, NEAREST).map(([, each]) => new Option(each.text, each.value)));
    choice.prepend(group);
    choice.value = chosen;
  }

  offer();
  document.addEventListener("input", (event) => ["latitude", "longitude"].includes(event.target.id) && offer());
}

nearZones(document.getElementById("time_zone"));
