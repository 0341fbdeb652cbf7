"use strict";
// Copying works from a file on disk too, where some browsers have no navigator.clipboard.
const copy = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
    return;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (!done) throw new Error("copying is not allowed here");
  }
};
const say = (text) => { document.getElementById("said").textContent = text; };
for (const button of document.querySelectorAll("[data-copy]")) {
  const label = button.getAttribute("aria-label");
  button.addEventListener("click", async () => {
    try {
      await copy(document.getElementById(button.dataset.copy).textContent);
      button.focus();
      button.textContent = "Copied";
      button.classList.add("copied");
      say(label.replace("Copy ", "") + " copied");
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    } catch {
      button.textContent = "Select it";
      getSelection().selectAllChildren(document.getElementById(button.dataset.copy));
      say("Copying is not allowed here: the value is selected");
    }
  });
}
addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details")) details.open = true;
});
