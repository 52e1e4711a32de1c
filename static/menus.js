// Menus are <details>: they open without this. Here they close again by Escape, by a click beside
// them, or when another one opens.
const menus = () => document.querySelectorAll("details.menu[open]");

document.addEventListener("click", (event) => {
  for (const each of menus()) if (!each.contains(event.target)) each.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const each of menus()) {
    const held = each.contains(document.activeElement);
    each.open = false;
    if (held) each.querySelector("summary").focus();
  }
});
