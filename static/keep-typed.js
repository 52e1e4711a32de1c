// What somebody types survives a session that has ended meanwhile: this tab keeps it until it was
// saved, and offers it again when the form is opened anew. A saved form is known by the cookie that
// came with the answer. It also keeps a form from being sent twice by a second click.
const form = document.getElementById("promo-form");
const KEPT = "flashpromo-typed";
const NOT_KEPT = new Set(["csrf_token", "seen", "was", "draft"]);
const draft = form.elements.draft.value;

const typedNow = () => [...new FormData(form)].filter(([name]) => !NOT_KEPT.has(name));
const keep = () => sessionStorage.setItem(KEPT, JSON.stringify({ draft, path: location.pathname, typed: typedNow() }));
const forget = () => sessionStorage.removeItem(KEPT);
const isSaved = (key) => document.cookie.split("; ").includes(`flashpromo_saved=${key}`);

function put(typed) {
  const of = (name) => typed.filter(([each]) => each === name).map(([, value]) => value);
  for (const each of form.elements) {
    if (!each.name || NOT_KEPT.has(each.name) || each.type === "submit") continue;
    if (each.type === "checkbox" || each.type === "radio") each.checked = of(each.name).includes(each.value);
    else if (each.type !== "hidden") each.value = of(each.name)[0] ?? "";
  }
  const [product] = of("product_id");
  const told = document.getElementById("product-told");
  if (product && !form.querySelector("[name=product_id]:checked")) {
    const value = document.createElement("input");
    Object.assign(value, { type: "hidden", name: "product_id", value: product });
    told.replaceChildren(value);
  }
  form.elements.max_distance_km.dispatchEvent(new Event("input", { bubbles: true }));
  form.dispatchEvent(new Event("chosen", { bubbles: true }));
}

function offer(typed) {
  const [box, words] = [document.createElement("div"), document.createElement("p")];
  box.className = "alert kept-typed";
  box.setAttribute("role", "status");
  words.textContent = form.dataset.keptWords;
  const button = (text, act) => {
    const made = document.createElement("button");
    Object.assign(made, { type: "button", className: "btn", textContent: text });
    made.addEventListener("click", () => (act(), box.remove(), form.querySelector("input:not([type=hidden])").focus()));
    return made;
  };
  box.append(words, button(form.dataset.takeWords, () => (put(typed), keep())), button(form.dataset.dropWords, forget));
  form.before(box);
}

const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
if (kept && isSaved(kept.draft)) forget();
else if (kept?.path === location.pathname && kept.draft !== draft) offer(kept.typed);

form.addEventListener("input", keep);
form.addEventListener("chosen", keep);
form.addEventListener("submit", (event) => (form.dataset.sent ? event.preventDefault() : (form.dataset.sent = "yes")));
window.addEventListener("pageshow", () => delete form.dataset.sent);
