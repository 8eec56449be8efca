// Plus and minus beside each number, and the house rules in a dialog instead of on a page of their own.
for (const button of document.querySelectorAll("[data-step]")) {
  button.hidden = false;
  const field = button.parentElement.querySelector("input");
  button.disabled = field.disabled;
  button.addEventListener("click", () => {
    const next = Number(field.value || 0) + Number(button.dataset.step);
    field.value = Math.min(Number(field.max), Math.max(Number(field.min), next));
  });
}
const opener = document.querySelector("[data-opens]");
const rules = document.getElementById("rules");
if (opener && rules) {
  opener.addEventListener("click", event => {
    event.preventDefault();
    if (opener.form.reportValidity()) rules.showModal();
  });
  rules.querySelector("[data-closes]").addEventListener("click", () => rules.close());
}
