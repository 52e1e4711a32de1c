// A text field that offers what it finds, after the ARIA pattern of a combobox with a list. htmx
// fetches the options on input; choosing one puts its `data-value` into the form as `product_id` and
// sends `chosen` from there. Without this script the field is searched by a button.
function combobox(box) {
  const [input, list] = [box.querySelector("input"), box.querySelector("[role=listbox]")];
  const told = document.getElementById("product-told");
  const options = () => [...list.querySelectorAll("[role=option]")];
  let active = -1;
  let wanted = false; // somebody waits for the options, and has not left the field

  function show(open) {
    list.hidden = !open || options().length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    if (list.hidden) mark(-1);
  }

  function mark(index) {
    active = index;
    options().forEach((each, at) => each.setAttribute("aria-selected", String(at === index)));
    const chosen = options()[index];
    chosen?.scrollIntoView({ block: "nearest" });
    if (chosen) input.setAttribute("aria-activedescendant", chosen.id);
    else input.removeAttribute("aria-activedescendant");
  }

  function choose(option) {
    const value = document.createElement("input");
    Object.assign(value, { type: "hidden", name: "product_id", value: option.dataset.value });
    told.replaceChildren(value);
    input.value = option.dataset.words;
    wanted = false;
    show(false);
    input.form.dispatchEvent(new Event("chosen", { bubbles: true }));
  }

  function look() {
    wanted = true;
    if (options().length) show(true);
    else input.dispatchEvent(new Event("look"));
  }

  const keys = {
    ArrowDown: () => (list.hidden ? look() : mark((active + 1) % options().length)),
    ArrowUp: () => (list.hidden ? look() : mark((active <= 0 ? options().length : active) - 1)),
    Escape: () => show(false),
    Enter: () => !list.hidden && choose(options()[Math.max(active, 0)]),
  };
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", list.id]]) input.setAttribute(name, value);
  input.addEventListener("input", () => (wanted = true));
  input.addEventListener("click", () => list.hidden && look());
  input.addEventListener("blur", () => ((wanted = false), show(false)));
  input.addEventListener("keydown", (event) => {
    const act = keys[event.key];
    if (!act || (event.key === "Escape" && list.hidden)) return;
    event.preventDefault(); // Enter in this field never sends the form
    act();
  });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) choose(option);
  });
  list.addEventListener("htmx:afterSwap", () => show(wanted));
}

document.querySelectorAll("[data-combobox]").forEach(combobox);
