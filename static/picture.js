// Shows a chosen picture before it is uploaded, and says at once that a file is too large. What the
// file really is, the service looks at.
const MOST_BYTES = 10 * 1024 * 1024;

for (const form of document.querySelectorAll("[data-picture-form]")) {
  const field = form.querySelector("input[type=file]");
  const place = document.querySelector("[data-picture]");
  const before = [...place.childNodes];

  field.addEventListener("change", () => {
    const [file] = field.files;
    const fits = !file || file.size <= MOST_BYTES;
    field.setCustomValidity(fits ? "" : document.getElementById(`${field.id}-help`).textContent);
    field.reportValidity();
    place.replaceChildren(...before);
    if (!file || !fits || !file.type.startsWith("image/")) return;
    const reader = new FileReader();
    reader.addEventListener("load", () => {
      const image = document.createElement("img");
      image.alt = file.name;
      image.src = reader.result;
      place.replaceChildren(image);
    });
    reader.readAsDataURL(file);
  });
}
