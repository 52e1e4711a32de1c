// The buttons that choose several days of the week do so at once; without this they ask the server.
for (const button of document.querySelectorAll("[data-days]")) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    const days = button.dataset.days.split(" ");
    for (const each of button.form.elements.weekdays) each.checked = days.includes(each.value);
    button.form.elements.weekdays[0].dispatchEvent(new Event("input", { bubbles: true }));
  });
}
