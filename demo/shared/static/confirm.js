// The rig's second dialog: the last button asks once more.
for (const form of document.querySelectorAll("form[data-last]"))
  form.addEventListener("submit", event => {
    if (!confirm("Also take our protection plan for 9.90 EUR a month?")) event.preventDefault();
  });
