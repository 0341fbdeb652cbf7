"use strict";
const STEP = 200;
const SOON_DAYS = 60;
const data = JSON.parse(document.getElementById("rows").textContent);
const place = Object.fromEntries(data.fields.map((name, index) => [name, index]));
for (const row of data.rows) row[place.why] = data.sentences[row[place.why]];
const words = data.rows.map((row) => row.join("\n").toLowerCase());
const heads = [...document.querySelectorAll("th[data-field]")];
const columns = heads.map((head) => head.dataset.field);
const body = document.querySelector("tbody");
const filter = document.getElementById("filter");
const more = document.getElementById("more");
const soon = new Date(Date.now() + SOON_DAYS * 864e5).toISOString();
const compare = new Intl.Collator("en", { numeric: true }).compare;
let chosen = null; // the button of the overview that is pressed
let sort = { field: "stack", down: false };
let found = [];
let shown = 0;

const fits = (row) => {
  if (!chosen) return true;
  const value = row[place[chosen.dataset.field]];
  if ("value" in chosen.dataset) return value === chosen.dataset.value;
  return Boolean(value) && value >= chosen.dataset.from && value < chosen.dataset.to;
};

const cell = (row, field) => {
  const td = document.createElement("td");
  const text = row[place[field]];
  td.className = field;
  if ((field === "phase" || field === "outcome") && text) {
    const pill = document.createElement("span");
    pill.className = "pill " + text.replaceAll(" ", "-");
    pill.textContent = text;
    td.append(pill);
  } else if (field.endsWith("_ends") || field === "last_login" || field === "heard") {
    td.textContent = text.slice(0, field === "heard" ? 16 : 10).replace("T", " ");
    td.title = text;
    if (field === "certificate_ends" && text && text < soon) td.classList.add("soon");
  } else {
    td.textContent = text;
  }
  if (field === "why" && row[place.drift] && row[place.drift] !== text) {
    const drift = document.createElement("span");
    drift.className = "drift";
    drift.textContent = row[place.drift];
    td.append(drift);
  }
  return td;
};

const showMore = () => {
  const part = document.createDocumentFragment();
  for (const index of found.slice(shown, shown + STEP)) {
    const tr = document.createElement("tr");
    for (const field of columns) tr.append(cell(data.rows[index], field));
    part.append(tr);
  }
  shown = Math.min(shown + STEP, found.length);
  body.append(part);
  more.hidden = shown >= found.length;
  more.textContent = `More (${(found.length - shown).toLocaleString("en")} left)`;
};

const show = () => {
  const asked = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  found = [];
  data.rows.forEach((row, index) => {
    if (fits(row) && asked.every((word) => words[index].includes(word))) found.push(index);
  });
  const at = place[sort.field];
  const sign = sort.down ? -1 : 1;
  // What is empty comes last, whichever way.
  found.sort((a, b) => {
    const [x, y] = [data.rows[a][at], data.rows[b][at]];
    return !x - !y || sign * compare(x, y) || a - b;
  });
  body.replaceChildren();
  shown = 0;
  showMore();
  const all = data.rows.length.toLocaleString("en");
  document.getElementById("shown").textContent = `${found.length.toLocaleString("en")} of ${all}`;
};

const press = (button) => {
  if (chosen) chosen.setAttribute("aria-pressed", "false");
  chosen = button === chosen ? null : button;
  if (chosen) chosen.setAttribute("aria-pressed", "true");
  show();
};

for (const button of document.querySelectorAll("[aria-pressed]")) {
  button.addEventListener("click", () => press(button));
}
for (const head of heads) {
  head.firstElementChild.addEventListener("click", () => {
    sort = { field: head.dataset.field, down: sort.field === head.dataset.field && !sort.down };
    for (const one of heads) one.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", sort.down ? "descending" : "ascending");
    show();
  });
}
let waiting = 0;
filter.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(show, 80);
});
document.getElementById("clear").addEventListener("click", () => {
  filter.value = "";
  chosen ? press(chosen) : show();
});
more.addEventListener("click", showMore);
new IntersectionObserver((seen) => {
  if (seen[0].isIntersecting && shown && shown < found.length) showMore();
}, { rootMargin: "600px" }).observe(more);
show();
