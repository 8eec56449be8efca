// A month of buttons in place of the browser's own date field. Without JavaScript the plain field stays.
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const iso = d => [d.getFullYear(), d.getMonth() + 1, d.getDate()].map(n => String(n).padStart(2, "0")).join("-");
const parse = text => { const [y, m, d] = text.split("-").map(Number); return new Date(y, m - 1, d); };
const long = d => `${DAYS[(d.getDay() + 6) % 7]} ${d.getDate()} ${MONTHS[d.getMonth()]} ${d.getFullYear()}`;
const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

function widget(field) {
  const label = field.closest("label"), name = label.firstChild.textContent.trim();
  const box = make("div", { class: "calendar" });
  const shown = make("input", { readonly: "", "aria-haspopup": "dialog", "aria-expanded": "false", placeholder: "choose a day" });
  const grid = make("div", { class: "days-grid", role: "dialog", "aria-label": "Choose a day", hidden: "" });
  field.type = "hidden";
  label.replaceWith(box);
  box.append(make("label", {}, name, shown), field, grid);
  let month = field.value ? parse(field.value) : parse(field.min);

  const show = open => { grid.hidden = !open; shown.setAttribute("aria-expanded", open); if (open) draw(); };
  const pick = day => {
    field.value = iso(day);
    shown.value = long(day);
    show(false);
    shown.focus();
    field.dispatchEvent(new CustomEvent("picked", { bubbles: true }));
  };
  const turn = step => { month = new Date(month.getFullYear(), month.getMonth() + step, 1); draw(); };
  const arrow = (step, text, title) => {
    const button = make("button", { type: "button", class: "quiet", "aria-label": title }, text);
    button.addEventListener("click", () => turn(step));
    return button;
  };
  const cell = day => {
    const button = make("button", { type: "button", "aria-label": long(day), "aria-pressed": iso(day) === field.value }, String(day.getDate()));
    button.disabled = iso(day) < field.min;
    button.addEventListener("click", () => pick(day));
    return make("td", {}, button);
  };
  function draw() {
    const first = new Date(month.getFullYear(), month.getMonth(), 1), count = new Date(first.getFullYear(), first.getMonth() + 1, 0).getDate();
    const cells = Array.from({ length: (first.getDay() + 6) % 7 }, () => make("td"));
    for (let n = 1; n <= count; n++) cells.push(cell(new Date(first.getFullYear(), first.getMonth(), n)));
    const body = make("tbody");
    for (let at = 0; at < cells.length; at += 7) body.append(make("tr", {}, ...cells.slice(at, at + 7)));
    const heads = DAYS.map(day => make("th", { scope: "col", abbr: day }, day.slice(0, 2)));
    const title = make("span", { "aria-live": "polite" }, `${MONTHS[first.getMonth()]} ${first.getFullYear()}`);
    grid.replaceChildren(
      make("header", {}, arrow(-1, "‹", "Previous month"), title, arrow(1, "›", "Next month")),
      make("table", {}, make("thead", {}, make("tr", {}, ...heads)), body));
  }
  if (field.value) shown.value = long(parse(field.value));
  shown.addEventListener("click", () => show(grid.hidden));
  shown.addEventListener("keydown", event => { if (event.key === "Enter" || event.key === "ArrowDown") { event.preventDefault(); show(true); } });
  box.addEventListener("keydown", event => { if (event.key === "Escape") show(false); });
  document.addEventListener("click", event => { if (!event.composedPath().includes(box)) show(false); });
  return { field, aim: earliest => { field.min = iso(earliest); if (field.value && field.value < field.min) { field.value = ""; shown.value = ""; } month = field.value ? parse(field.value) : earliest; } };
}

for (const form of document.querySelectorAll("form")) {
  const [first, second] = [...form.querySelectorAll("input[data-calendar]")].map(widget);
  if (first && second)
    first.field.addEventListener("picked", () => { const next = parse(first.field.value); next.setDate(next.getDate() + 1); second.aim(next); });
}
